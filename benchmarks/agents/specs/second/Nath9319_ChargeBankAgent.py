"""Nath9319/ChargeBankAgent: sections of a POML file, cut out by regular expressions and filled with `format_map`."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

PROMPTS = "prompts/example.poml"


def imported(graph: ModuleType) -> None:
    vars(graph)["built"] = graph.build_graph(PROMPTS)


def run(topic: str, audience: str) -> Run:
    return Run({"input": topic, "variables": {"audience": audience}, "messages": []})


AGENT = Agent(
    repository="Nath9319/ChargeBankAgent",
    commit="1195b2ca54f0df0ad9707056ca7be05078861829",
    root="",
    target="app.graph:built",
    prompts=tuple(f"{PROMPTS}:{line}" for line in (11, 15, 20, 26, 30, 34, 35, 39)),
    runs=(run("Batteries age.", "drivers"), run("Rates vary.", "bankers")),
    imported=imported,
)
