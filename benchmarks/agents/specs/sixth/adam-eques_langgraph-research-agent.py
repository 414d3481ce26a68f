"""adam-eques/langgraph-research-agent: a supervisor over nodes that factories close over, a prompt made at import."""

from __future__ import annotations

from typing import Any

import stubs
from langchain_core.documents import Document
from spec import Agent, Run

FOLDER = "src/research_agent/agents"
PLACES = {
    "retriever_agent.py": (10, 38, 56),
    "researcher.py": (15,),
    "analyst.py": (15, 53),
    "synthesizer.py": (13, 39),
    "supervisor.py": (14, 46),
}


def run(asked: str) -> Run:
    steps = ("retriever", "researcher", "analyst", "synthesizer", "FINISH")
    answers = {
        "SupervisorDecision": [{"next": step, "reasoning": "r"} for step in steps],
        "AnalysisOutput": {
            "summary": "s",
            "key_findings": ["f"],
            "gaps": ["g"],
            "confidence": "high",
            "next_steps": [],
        },
        "_final": ["SupervisorDecision", "AnalysisOutput", "_text"],
    }
    return Run({"messages": [("user", asked)], "query": asked}, answers, limit=30)


class Chroma(stubs.VectorStore):
    def similarity_search(self, query: str = "", *_: Any, **__: Any) -> list[Document]:
        return [] if "nothing" in query else list(stubs.DOCUMENTS)


def imported(module: Any) -> None:
    module.graph = module.build_graph(use_supervisor=True)


AGENT = Agent(
    repository="adam-eques/langgraph-research-agent",
    commit="31aa50398add39d54b004f556ffbeb9bb898a45c",
    root="src",
    target="research_agent.graph:graph",
    prompts=tuple(f"{FOLDER}/{file}:{line}" for file, lines in PLACES.items() for line in lines),
    runs=(run("About cats?"), run("About nothing?")),
    prepare=lambda: stubs.module("langchain_chroma", Chroma=Chroma) and None,
    imported=imported,
)
