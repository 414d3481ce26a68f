"""opea-project/GenAIComps: a class for each strategy, callable objects as nodes, tool calls parsed out of text."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from types import ModuleType

import stubs
from langchain_core.tools import tool
from scripted import ScriptedChat
from spec import Agent, Run

FOLDER = "comps/agent/src/integrations/strategy/ragagent"
PACKAGE = FOLDER.replace("/", ".")


@tool
def search_knowledge_base(query: str) -> str:
    """Searches."""
    return "a document"


def prepare() -> None:
    """The services of the suite stay out."""
    comps = sys.modules["comps"] = types.ModuleType("comps")
    comps.__path__ = [str(Path("comps").resolve())]
    for name in ("comps.cores", "comps.cores.telemetry", "comps.cores.telemetry.opea_telemetry"):
        stubs.module(name)


def imported(planner: ModuleType) -> None:
    sys.modules[f"{PACKAGE.rpartition('.')[0]}.base_agent"].setup_chat_model = lambda args: ScriptedChat()  # type: ignore[attr-defined]
    planner.setup_chat_model = lambda args: ScriptedChat()  # type: ignore[attr-defined]
    asked = types.SimpleNamespace(strategy="rag_agent_llama", with_memory=False, memory_type="", llm_engine="openai")
    planner.graph = planner.RAGAgent(asked, [search_knowledge_base]).app  # type: ignore[attr-defined]


def run(asked: str, *said: str) -> Run:
    state = {"messages": [("user", asked)], "query_time": "now", "output": "", "doc_score": ""}
    return Run(state, {"_text": [*said, "an answer"]})


AGENT = Agent(
    repository="opea-project/GenAIComps",
    commit="8130a3fb9cd8f2fcef8eff6657844e11ddf63d71",
    root="",
    target=f"{PACKAGE}.planner:graph",
    prompts=(f"{FOLDER}/planner.py:19", *(f"{FOLDER}/prompt.py:{line}" for line in (6, 13, 39))),
    runs=(run("Who?", '{"query": "who"}', "yes"), run("When?", '{"query": "when"}', "no", '{"query": "then"}', "yes")),
    prepare=prepare,
    imported=imported,
)
