"""Mfrostbutter/langgraph-agents: a factory given its models, prompts joined by `+`, messages composed by functions."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from scripted import ScriptedChat
from spec import Agent, Run

FILE = "agents/blog_writer/prompts.py"
SOURCES = [{"key": f"s{n}", "title": f"Of {n}", "kind": "talk", "summary": "short", "content": "long"} for n in (1, 2)]
IDEA = {"title": "An idea", "angle": "an angle", "source_keys": ["s1"], "outline": ["first", "then"]}
POST = {"title": "A post", "description": "It tells.", "tags": ["a"], "body_md": "The body of it."}
FLAGS = [{"flags": [{"claim": "a claim", "issue": "an issue", "severity": "high"}]}, {"flags": []}]


def effects() -> dict[str, Any]:
    """A folder of sources, and a place to publish, that are none."""
    return {
        "fetch_all": lambda: SOURCES,
        "partition_sources": lambda items: (items, []),
        "recent_posts": lambda: [{"title": "The last one"}],
        "publish": lambda post, keys, dry_run: {"ok": True, "dry_run": True, "slug": "a", "path": "p"},
    }


def imported(graphs: ModuleType) -> None:
    made = graphs.build_blog_writer_graph(ScriptedChat(), ScriptedChat(), effects(), InMemorySaver())
    graphs.graph = made  # type: ignore[attr-defined]


def run(asked: str) -> Run:
    answers = {"Ideas": {"ideas": [IDEA, IDEA]}, "Post": POST, "FactCheck": FLAGS}
    return Run({"messages": [("user", asked)]}, answers, resume=({"action": "approve"}, {"action": "approve"}))


AGENT = Agent(
    repository="Mfrostbutter/langgraph-agents",
    commit="0b29e8164abeacb0229b8dd3993b01c272a3e769",
    root="",
    target="agents.blog_writer.graph:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (18, 35, 48, 59, 73, 84, 99, 106)),
    runs=(run("Go."), run("Once more.")),
    imported=imported,
)
