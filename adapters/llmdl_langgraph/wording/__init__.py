"""Texts as templates and literals, wherever they stand: how a syntax reads and writes them, and whether they match."""
