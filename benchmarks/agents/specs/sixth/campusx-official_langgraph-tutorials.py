"""campusx-official/langgraph-tutorials: a notebook; writes, evaluates and writes again."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "8_X_post_generator.ipynb"


def run(topic: str) -> Run:
    verdicts = [{"evaluation": one, "feedback": "f"} for one in ("needs_improvement", "approved")]
    return Run({"topic": topic, "iteration": 1, "max_iteration": 5}, {"TweetEvaluation": verdicts})


AGENT = Agent(
    repository="campusx-official/langgraph-tutorials",
    commit="d700de29b00e5f561e7e51ebb114ff195e0dece0",
    root="",
    target=f"{BOOK}:workflow",
    prompts=tuple(f"{BOOK}:{cell}" for cell in ("5:5", "5:6", "6:5", "6:6", "7:4", "7:5")),
    runs=(run("cats"), run("dogs")),
)
