"""ACicmansky/SQL-Agent: nodes are methods; functions return f-strings; an error fills a prompt inside a prompt."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from spec import Agent, Run
from stubs import module

FOLDER = "src/agent"
PLAN = "1. Find the cats.\n2. Count them.\n3. Draw a chart."
CHART = {"chart_type": "bar", "x_column": "x", "y_column": "y", "title": "t"}


class Frame:
    """A table."""

    empty = False
    columns = ("x", "y")

    def to_markdown(self, index: bool = True) -> str:
        return "| x | y |"

    def head(self) -> Frame:
        return self

    def to_string(self, index: bool = True) -> str:
        return "x y"


def prepare() -> None:
    module("pandas", DataFrame=Frame)
    module("config", **dict.fromkeys(("LLM_MODEL", "CHART_OUTPUT_PATH"), "none"))
    settings: dict[str, Any] = {"MAX_CONVERSATION_HISTORY": 5, "MAX_RETRIES": 2, "MAX_ROWS": 10}
    module("config", LLM_MODEL="none", CHART_OUTPUT_PATH=".", **settings)


def imported(module: ModuleType) -> None:
    def executed(query: str) -> Any:
        return "Error: no such table" if "bad" in query else Frame()

    module.SqlTool = lambda *args: SimpleNamespace(execute_query=executed)  # type: ignore[attr-defined]
    module.graph = module.build_agent_graph(Frame(), "cats(x, y)", "cats")  # type: ignore[attr-defined]


def run(question: str, *queries: str) -> Run:
    given: dict[str, Any] = {"question": question, "chat_history": [], "retries": 0, "error": None}
    return Run(given, {"_text": [PLAN, *queries, "select 1"], "ChartDetails": CHART})


AGENT = Agent(
    repository="ACicmansky/SQL-Agent",
    commit="735e935fa25bdaf474f487a42ceea9ab8070ed1f",
    root="",
    target="src.agent.graph:graph",
    prompts=(
        *(f"{FOLDER}/agent_prompts.py:{line}" for line in (2, 37, 60)),
        f"{FOLDER}/graph.py:95",
        "src/tools/tools_prompts.py:2",
    ),
    runs=(run("How many cats?"), run("How many dogs?", "bad")),
    prepare=prepare,
    imported=imported,
)
