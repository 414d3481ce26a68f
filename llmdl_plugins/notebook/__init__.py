"""Notebooks as modules: their code cells as one Python source, what a graph needs of it, and new texts back in them."""
