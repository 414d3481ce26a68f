"""langchain-ai/data-enrichment: research that fills a schema, with a checker."""

from langchain_core.messages import BaseMessage
from spec import Agent, Run

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
INPUTS = {"topic": "cats", "extraction_schema": SCHEMA}


def insisted(messages: list[BaseMessage]) -> str:
    """No tool at first: the agent then asks for one."""
    return "Info" if len(messages) > 1 else "_text"


AGENT = Agent(
    repository="langchain-ai/data-enrichment",
    commit="028fd9a96a1179397df5748e06870c2269308f20",
    root="src",
    target="enrichment_agent.graph:graph",
    prompts=(
        "src/enrichment_agent/prompts.py:3",
        "src/enrichment_agent/graph.py:75",
        "src/enrichment_agent/graph.py:125",
        "src/enrichment_agent/tools.py:37",
    ),
    runs=(
        Run(INPUTS, {"_final": "Info"}),
        Run(INPUTS, {"_first": "search", "_final": "Info"}),
        Run(INPUTS | {"topic": "dogs"}, {"_first": "scrape_website", "_final": "Info"}),
        Run(INPUTS | {"topic": "birds"}, {"_first": insisted}),
    ),
)
