"""FilipeRocha04/Desafio_Tech_for_humans: Markdown prompts, each with a loader of its own; agents inside nodes."""

from __future__ import annotations

from spec import Agent, Run

FOLDER = "src/prompts"


def run(asked: str, agent: str = "", said: str = "Autenticado.") -> Run:
    state = {
        "messages": [("user", asked)],
        "is_authenticated": bool(agent),
        "current_agent": "supervisor",
        "supervisor_reasoning": "",
        "client_cpf": "123" if agent else "",
        "client_name": "Ana" if agent else "",
        "auth_attempts": 0,
    }
    decided = {"agent": agent or "triagem", "reasoning": "r", "should_end": False}
    return Run(state, {"SupervisorDecision": decided, "_text": said, "_first": ("SupervisorDecision", "_text")})


AGENT = Agent(
    repository="FilipeRocha04/Desafio_Tech_for_humans",
    commit="d2e0629063087bbbd2632fc3db82ae962ce1cd46",
    root="",
    target="src.graph.graph:build_graph",
    prompts=(
        *(f"{FOLDER}/{name}.md:1" for name in ("cambio", "credito", "entrevista", "supervisor", "triagem")),
        "src/graph/graph.py:237",
    ),
    runs=(
        run("Oi"),
        run("Qual a taxa?", "cambio", "A taxa."),
        run("Quero um limite.", "credito", "##HANDOFF_PARA_entrevista##"),
    ),
)
