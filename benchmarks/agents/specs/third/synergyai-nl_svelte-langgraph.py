"""synergyai-nl/svelte-langgraph: `create_agent`, its messages written by a middleware, the first answer too."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

FILE = "apps/backend/src/svelte_langgraph/graph.py"


def imported(module: ModuleType) -> None:
    module.graph = module.make_graph({})  # type: ignore[attr-defined]


AGENT = Agent(
    repository="synergyai-nl/svelte-langgraph",
    commit="ca9e9ec5895f6f378af30737ac88aab4c240d34f",
    root="apps/backend/src",
    target="svelte_langgraph.graph:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (37, 38, 45)),
    runs=(
        Run(
            {"messages": [("user", "Let us write.")]},
            {"_first": "change_phase", "change_phase": {"phase": "draft"}},
            configurable={"user_name": "Ada"},
        ),
        Run({"messages": [("user", "Hello.")]}, {"_first": "_text"}, configurable={"user_name": "Bo"}),
    ),
    imported=imported,
)
