"""A compiled LangGraph graph as a network, and back to plain LangGraph."""
