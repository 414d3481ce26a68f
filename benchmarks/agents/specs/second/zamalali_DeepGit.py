"""zamalali/DeepGit: one chain shared by several nodes, prompts as its input, a query that is refined in a loop."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from spec import Agent, Run

REPOSITORY = {"title": "a/b", "full_name": "a/b", "link": "l", "stars": 60, "combined_doc": "What it does."}


def prepare() -> None:
    os.environ.update(GITHUB_API_KEY="none", LLM_PROVIDER="groq")
    replaced = {  # what searches, clones and ranks with models of its own
        "github": ("ingest_github_repos", lambda state, config: {"repositories": [dict(REPOSITORY)]}),
        "dense_retrieval": (
            "hybrid_dense_retrieval",
            lambda state, config: {"semantic_ranked": state.repositories},
        ),
        "cross_encoder_reranking": (
            "cross_encoder_reranking",
            lambda state, config: {"reranked_candidates": state.semantic_ranked},
        ),
        "activity_analysis": (
            "repository_activity_analysis",
            lambda state, config: {"activity_candidates": state.filtered_candidates},
        ),
        "code_quality": ("code_quality_analysis", lambda state, config: {"quality_candidates": []}),
    }
    for name, (function, done) in replaced.items():
        made = sys.modules[f"tools.{name}"] = ModuleType(f"tools.{name}")
        setattr(made, function, done)


def imported(module: ModuleType) -> None:
    sys.modules["tools.dependency_analysis"]._collect_deps = lambda *_: ["numpy"]  # type: ignore[attr-defined]


def said(messages: Sequence[Any]) -> str:
    last = messages[-1].content
    if "hardware" in last:
        return "cpu-only"
    if "Repo count" in last:
        return "0"
    return "rag:agents" if "refine" in last else "YES it can." if "ependenc" in last else "Not Valid!"


AGENT = Agent(
    repository="zamalali/DeepGit",
    commit="612d70511cebfab69c4db50d64add589d9bddabb",
    root="",
    target="agent:graph",
    prompts=(
        "tools/chat.py:15",
        "tools/chat.py:133",
        "tools/decision.py:12",
        "tools/decision.py:35",
        "tools/parse_hardware.py:16",
        "tools/dependency_analysis.py:9",
    ),
    runs=(
        Run({"user_query": "Agents that answer from documents."}, {"_text": said}),
        Run({"user_query": "A lightweight search library."}, {"_text": said}),
    ),
    prepare=prepare,
    imported=imported,
)
