"""The texts of the agent beside it; one of them stands here and in another file too."""

ANSWER_PROMPT = """You answer questions about the house.

Today is {day}. If you are not sure, say {{unsure}}.
"""

UNUSED_PROMPT = "You are a prompt that no node of the graph ever sends to a model."

CHECK_INSTRUCTIONS = "Check the answer above for mistakes and name the worst of them."
