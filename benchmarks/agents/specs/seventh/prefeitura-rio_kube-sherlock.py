"""prefeitura-rio/kube-sherlock: string.Template in Markdown, factories of a dataclass, fallbacks."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from spec import Agent, Run

FILES = (
    "supervisor", "worker", "evaluation", "plan-creation", "plan-refinement", "task-execution", "evaluation-context"
)  # fmt: skip


@tool
def list_resources(kind: str) -> str:
    """Lists what runs in the cluster."""
    return "pod a, pod b"


def imported(agent: ModuleType) -> None:
    agent.workflow = agent.SupervisorWorkerSystem(InMemorySaver(), [list_resources]).workflow  # type: ignore[attr-defined]


def run(asked: str, thread: str) -> Run:
    state: dict[str, Any] = {
        "messages": [("user", asked)], "original_question": asked, "current_plan": None, "worker_result": "",
        "evaluation": "", "feedback": "", "iteration_count": 0, "max_iterations": 2, "final_response": "",
        "main_thread_id": thread,
    }  # fmt: skip
    plan = {
        "task_description": "look at the pods of it", "expected_outcome": "their state", "actions": ["list"],
        "verification_steps": ["look twice"],
    }  # fmt: skip
    verdicts = [{"decision": "REFINAR", "feedback": "more"}, {"decision": "APROVADO", "feedback": ""}]
    return Run(state, {"TaskPlan": plan, "EvaluationResponse": verdicts, "_first": "list_resources"})


AGENT = Agent(
    repository="prefeitura-rio/kube-sherlock",
    commit="9d863ba3f24e818585a38ba5b1354c5ee73adc84",
    root="",
    target="src.agent:workflow",
    prompts=tuple(f"prompts/{name}.md:1" for name in FILES),
    runs=(run("Why does pod a restart?", "one"), run("Which services are there?", "two")),
    imported=imported,
)
