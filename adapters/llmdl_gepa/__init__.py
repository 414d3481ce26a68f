"""GEPA without DSPy: `gepa.optimize` on any network, with feedback for each node from our own backward."""
