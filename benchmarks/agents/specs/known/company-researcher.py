"""langchain-ai/company-researcher: search queries, notes, extraction, reflection."""

from spec import Agent, Run

AGENT = Agent(
    repository="langchain-ai/company-researcher",
    commit="d62bcbfd7e2bd477432d01c0a80dfb3791eb67d9",
    root="src",
    target="agent.graph:graph",
    prompts=(
        "src/agent/prompts.py:1",
        "src/agent/prompts.py:14",
        "src/agent/prompts.py:37",
        "src/agent/prompts.py:65",
        "src/agent/graph.py:82",
        "src/agent/graph.py:161",
        "src/agent/graph.py:184",
    ),
    runs=(Run({"company": "ACME"}),),
)
