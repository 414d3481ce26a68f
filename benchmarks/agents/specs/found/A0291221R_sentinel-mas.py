"""A0291221R/sentinel-mas: one node class for all agents, a YAML file each, prompts rendered by jinja2 per call."""

from __future__ import annotations

import sys
from types import ModuleType

from spec import Agent, Run

CONFIGS = "sentinel_mas/agents/agent_configs"


def imported(module: ModuleType) -> None:
    sys.modules["sentinel_mas.tools.sop_tools"].embed_text_unit = lambda text: [0.0]  # type: ignore[attr-defined]
    tracking = sys.modules["sentinel_mas.tools.tracking_tools"]
    tracking._request = lambda *args, **kwargs: {"ok": True, "data": {}}  # type: ignore[attr-defined]


def run(route: str, **answers: object) -> Run:
    question = f"What of {route.lower()}?"
    state = {"user_question": question, "messages": [("user", question)], "start_ms": 1, "end_ms": 2}
    return Run({**state, "time_label": "today"}, {"_text": f'{{"route": "{route}"}}', **answers})


AGENT = Agent(
    repository="A0291221R/sentinel-mas",
    commit="1d49a3c8acc6e69a30fbc3f7c64d1253cd3a03f7",
    root="",
    target="sentinel_mas.agents.crew:CreateCrew",
    prompts=(
        f"{CONFIGS}/router.yml:9",
        f"{CONFIGS}/faq_sop.yml:12",
        f"{CONFIGS}/events.yml:12",
        f"{CONFIGS}/tracking.yml:15",
    ),
    runs=(run("SOP"), run("EVENTS"), run("TRACKING")),
    imported=imported,
)
