"""langchain-ai/open_deep_research: a supervisor, researchers, a report."""

from spec import Agent, Run

CLEAR = {"need_clarification": False, "question": "", "verification": "ok"}

AGENT = Agent(
    repository="langchain-ai/open_deep_research",
    commit="408da442a661ea5e40a6163329f82e3f22628949",
    root="src",
    target="open_deep_research.deep_researcher:deep_researcher",
    prompts=(
        "src/open_deep_research/prompts.py:3",
        "src/open_deep_research/prompts.py:44",
        "src/open_deep_research/prompts.py:79",
        "src/open_deep_research/prompts.py:138",
        "src/open_deep_research/prompts.py:186",
        "src/open_deep_research/prompts.py:224",
        "src/open_deep_research/prompts.py:228",
        "src/open_deep_research/prompts.py:311",
    ),
    runs=(
        Run({"messages": [("user", "cats")]}, {"ClarifyWithUser": CLEAR, "_first": "ConductResearch"}),
        Run(
            {"messages": [("user", "dogs")]},
            {
                "ClarifyWithUser": CLEAR,
                "_first": ["tavily_search", "ConductResearch"],
                "tavily_search": {"queries": ["q"]},
            },
        ),
    ),
)
