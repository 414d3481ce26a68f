"""Runs of a graph: alone, with a candidate's words in its messages and definitions, on a tape, in other code."""
