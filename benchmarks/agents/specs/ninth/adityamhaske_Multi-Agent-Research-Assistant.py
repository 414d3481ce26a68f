"""adityamhaske/Multi-Agent-Research-Assistant: a passage in all prompts, messages composed by functions."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run

ROOT = "backend"
FOLDER = f"{ROOT}/research_engine"
TASKS = {
    "tasks": [{"id": 1, "query": "how fast is it"}, {"id": 2, "query": "how old is it"}],
    "proposed_outline": [{"title": "Speed", "description": "how fast"}],
}
EVIDENCE = [{"source_url": f"http://{n}.test", "snippet": f"It is {n} years old.", "task_id": n} for n in (1, 2)]
VERDICTS = [{"passed": n > 1, "confidence": 1.0, "feedback_for_executor": "look again"} for n in range(9)]


def text(messages: Any) -> str:
    """A draft without a mark, one with it, and a verdict."""
    asked = str(messages[-1].content)
    if asked.startswith("Claim") or "Evidence 1:" in asked:
        return "Claim 1: YES"
    return (
        "The old trains go on rails of steel [1]."
        if "Numbered evidence" in asked
        else "The trains go on rails, all day long."
    )


def imported(graphs: ModuleType) -> None:
    from research_engine.runconfig import RunConfig, set_process_default

    set_process_default(RunConfig(topic_seeds=("the weight of it",)))
    graphs.get_llm = lambda role: ScriptedChat()  # type: ignore[attr-defined]
    graphs.verify_evidence_snippets = lambda evidence, seen: []  # type: ignore[attr-defined]
    graphs._numbers_grounded = lambda claim, snippets: True  # type: ignore[attr-defined]
    graphs.graph = graphs.build_graph(None)  # type: ignore[attr-defined]


def run(query: str) -> Run:
    answers = {
        "PlannerOutput": TASKS,
        "submit_evidence": {"evidence": EVIDENCE},
        "CriticVerdict": VERDICTS,
        "ContradictionReport": {"pairs": []},
        "_first": ("PlannerOutput", "CriticVerdict", "ContradictionReport", "submit_evidence", "_text"),
        "_text": text,
    }
    inputs = {"session_id": "s", "original_query": query}
    return Run(inputs, answers, resume=({"approved": False, "feedback": "shorter"}, {"approved": True}), limit=40)


AGENT = Agent(
    repository="adityamhaske/Multi-Agent-Research-Assistant",
    commit="c8088c3a9edb56ed7c7a39f67f18d7a8af3d11d7",
    root=ROOT,
    target="research_engine.graph:graph",
    prompts=(
        *(f"{FOLDER}/prompts.py:{line}" for line in (10, 15, 22, 37, 46, 89, 104, 117, 212, 218, 234, 236, 244)),
        *(f"{FOLDER}/graph.py:{line}" for line in (383, 386, 614, 828, 957, 1097)),
        f"{FOLDER}/contradictions.py:69",
    ),
    runs=(run("What of trains?"), run("What of buses?")),
    imported=imported,
)
