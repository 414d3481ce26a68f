"""foreveryh/mentis: f-strings in nodes, sent from threads; a context put together line by line."""

from __future__ import annotations

import os

from spec import Agent, Run

FOLDER = "super_agents/deep_research/reason_graph"


def prepare() -> None:
    os.environ["LLM_API_KEY"] = "none"


def run(topic: str) -> Run:
    inputs = {"topic": topic, "depth": "advanced", "search_results": [], "stream_updates": []}
    started = dict.fromkeys(("current_search_step_index", "current_analysis_step_index", "current_gap_search_index"), 0)
    return Run({**inputs, **started, "completed_steps_count": 0, "total_steps": 0}, limit=60)


AGENT = Agent(
    repository="foreveryh/mentis",
    commit="7859b536b98b236a2266aa8e866b4f0c33fcf0c5",
    root="",
    target=f"{FOLDER.replace('/', '.')}.graph:app",
    prompts=(
        f"{FOLDER}/prompt.py:2",
        *(f"{FOLDER}/nodes.py:{line}" for line in (45, 243, 333, 593, 783, 784, 794, 804, 825, 886)),
    ),
    runs=(run("cats"), run("dogs")),
    prepare=prepare,
)
