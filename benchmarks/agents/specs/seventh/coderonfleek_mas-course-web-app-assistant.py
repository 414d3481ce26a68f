"""coderonfleek/mas-course-web-app-assistant: a prompt put together from two texts and a registry of skills."""

from __future__ import annotations

from spec import Agent, Run


def run(asked: str, skill: str) -> Run:
    return Run({"messages": [("user", asked)], "skills_loaded": []}, {"load_skill": {"skill_name": skill}})


AGENT = Agent(
    repository="coderonfleek/mas-course-web-app-assistant",
    commit="95cb9011f75d91add6dfe72baed9fd803432930c",
    root="",
    target="src.agent.agent:create_troubleshooting_agent",
    prompts=(
        *(f"src/agent/middleware.py:{line}" for line in (18, 40)),
        *(f"src/skills/{name}.py:3" for name in ("frontend", "backend", "database", "network")),
    ),
    runs=(run("A white page", "frontend"), run("A slow query", "database")),
)
