"""panaversity/learn-agentic-ai: the functional API, a worker for each section, instructions chosen by its title."""

from __future__ import annotations

from spec import Agent, Run

ROOT = (
    "backup_recent/07c_langgraph_functional_api/07_orchestrator_worker_pattern/"
    "personalized_health_and_fitness_plan_generator/src"
)
FILE = f"{ROOT}/personalized_health_and_fitness_plan_generator/workflow.py"


def run(profile: str, *titles: str) -> Run:
    return Run(profile, {"PersonalizedPlan": {"sections": [{"title": t, "description": "d"} for t in titles]}})


AGENT = Agent(
    repository="panaversity/learn-agentic-ai",
    commit="dd7426f65b2452062fdb6d27661c018eaf751baa",
    root=ROOT,
    target="personalized_health_and_fitness_plan_generator.workflow:personalized_fitness_plan",
    prompts=tuple(f"{FILE}:{line}" for line in (39, 41, 67, 69, 71, 75, 77)),
    runs=(run("I run.", "Workout Plan", "Nutrition Plan"), run("I swim.", "Lifestyle Tips", "Sleep")),
)
