"""Doors for agents that call the SDK of a provider by themselves: openai, anthropic, google.genai."""
