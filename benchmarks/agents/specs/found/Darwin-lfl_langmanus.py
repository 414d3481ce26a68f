"""Darwin-lfl/langmanus: markdown prompts with `<<NAME>>` holes, nodes that steer by Command, agents inside nodes."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

from pydantic import BaseModel
from spec import Agent, Run
from stubs import ListingTool, module

REPLY = '{"thought": "handoff_to_planner", "title": "cats"}'  # the coordinator looks for the word, the planner for JSON


class Query(BaseModel):
    """What is searched; the agent's own class hides the signature."""

    query: str


class Search(ListingTool):
    args_schema: type[BaseModel] = Query


def prepare() -> None:
    module("langchain_community.tools.tavily_search", TavilySearchResults=Search)
    for name in ("browser_use", "readabilipy", "markdownify"):
        sys.modules[name] = MagicMock()
    sys.modules["browser_use"].Agent = type("Agent", (), {})
    sys.modules["langchain_experimental"] = MagicMock(__path__=[])
    sys.modules["langchain_experimental.utilities"] = MagicMock(
        PythonREPL=lambda: SimpleNamespace(run=lambda code: "1")
    )


def imported(workflow: ModuleType) -> None:
    tools = {name: sys.modules[f"src.tools.{name}"] for name in ("bash_tool", "crawl", "browser")}
    tools["bash_tool"].bash_tool.func = lambda cmd: "done"
    tools["crawl"].crawl_tool.func = lambda url: "page text"
    tools["browser"].BrowserTool._run = lambda self, instruction, **_: "seen"


MEMBERS = ["researcher", "coder", "browser", "reporter"]


def inputs(**flags: bool) -> dict[str, Any]:
    return {"TEAM_MEMBERS": MEMBERS, "messages": [("user", "What do cats do all day?")], **flags}


AGENT = Agent(
    repository="Darwin-lfl/langmanus",
    commit="a69eabf7e0a3e78936a4711934b65d8fa3597aeb",
    root="",
    target="src.workflow:graph",
    prompts=(
        "src/prompts/coordinator.md:5",
        "src/prompts/planner.md:5",
        "src/prompts/supervisor.md:7",
        "src/prompts/researcher.md:5",
        "src/prompts/coder.md:5",
        "src/prompts/browser.md:5",
        "src/prompts/reporter.md:5",
        "src/graph/nodes.py:19",
        "src/graph/nodes.py:120",
    ),
    runs=(
        Run(
            inputs(deep_thinking_mode=True, search_before_planning=True),
            {"_text": REPLY, "Router": [{"next": name} for name in (*MEMBERS, "FINISH")]},
        ),
        Run(inputs(), {"_text": REPLY, "Router": [{"next": "reporter"}, {"next": "FINISH"}]}),
    ),
    prepare=prepare,
    imported=imported,
)
