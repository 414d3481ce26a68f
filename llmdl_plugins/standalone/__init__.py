"""A network of layers as plain code that runs under LangGraph without this package."""
