"""langchain-ai/langchain-academy: a chat that summarises itself."""

from spec import Agent, Run

TURNS = [("user" if turn % 2 == 0 else "ai", f"turn {turn}") for turn in range(7)]

AGENT = Agent(
    repository="langchain-ai/langchain-academy",
    commit="fa15bec4a51c541c40c261586b037c9d134977b1",
    root="module-2/studio",
    target="chatbot:graph",
    prompts=(
        "module-2/studio/chatbot.py:24",
        "module-2/studio/chatbot.py:59",
        "module-2/studio/chatbot.py:65",
    ),
    runs=(
        Run({"messages": TURNS}),
        Run({"messages": TURNS, "summary": "s"}),
    ),
)
