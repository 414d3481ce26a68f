"""langchain-ai/local-deep-researcher: search, summary, reflection, in a loop."""

from types import ModuleType

import stubs
from spec import Agent, Run


def imported(module: ModuleType) -> None:
    """The search that needs no key."""
    module.duckduckgo_search = lambda *args, **kwargs: stubs.results()


AGENT = Agent(
    repository="langchain-ai/local-deep-researcher",
    commit="0be4c86ea71e1671ff273dfc07dc1aab45ed22f8",
    root="src",
    target="ollama_deep_researcher.graph:graph",
    prompts=(
        "src/ollama_deep_researcher/prompts.py:9",
        "src/ollama_deep_researcher/prompts.py:28",
        "src/ollama_deep_researcher/prompts.py:36",
        "src/ollama_deep_researcher/prompts.py:44",
        "src/ollama_deep_researcher/prompts.py:74",
        "src/ollama_deep_researcher/prompts.py:86",
        "src/ollama_deep_researcher/prompts.py:102",
        "src/ollama_deep_researcher/graph.py:179",
        "src/ollama_deep_researcher/graph.py:289",
        "src/ollama_deep_researcher/graph.py:295",
        "src/ollama_deep_researcher/graph.py:373",
    ),
    runs=(
        Run({"research_topic": "cats"}, {"_text": '{"query": "q"}'}),
        Run({"research_topic": "dogs"}, configurable={"use_tool_calling": True}),
    ),
    imported=imported,
)
