from desk.graph import graph

__all__ = ["graph"]
