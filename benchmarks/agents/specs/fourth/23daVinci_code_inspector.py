"""23daVinci/code_inspector: a method makes the graph; messages put together line by line, a loop of reflection."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from spec import Agent, Run

FOLDER = "src/agent"
FOUND = {"severity": "high", "file": "a.py", "line": 1, "description": "d", "confidence": 0.5}
DIFF = "diff --git a/a.py b/a.py\n+x = 1"
ABOUT = {"title": "t", "author": "a", "base_branch": "main", "changed_files": 1, "additions": 1, "deletions": 0}


def imported(module: ModuleType) -> None:
    async def fetched(state: Any) -> Any:
        return {"diff": DIFF, "pr_metadata": {**ABOUT, "body": state["pr_url"]}, "error": None}

    async def looked(state: Any) -> Any:
        return {"cve_data": []}

    async def posted(state: Any) -> Any:
        return {"error": None}

    module.fetch_pr, module.osv_lookup, module.post_comment = fetched, looked, posted  # type: ignore[attr-defined]
    module.graph = module.CodeInspectorAgent()._create_agent(None)  # type: ignore[attr-defined]


def run(url: str, again: bool) -> Run:
    looks = [
        {"should_loop": again, "reason": "r", "focus_area": "f"},
        {"should_loop": False, "reason": "r", "focus_area": ""},
    ]
    mapped = {"mappings": [{"finding_index": 0, "owasp_code": "A01", "owasp_name": "n", "rationale": "r"}]}
    return Run(
        {"pr_url": url}, {"SecurityReview": {"findings": [FOUND]}, "Reflection": looks, "OWASPClassification": mapped}
    )


AGENT = Agent(
    repository="23daVinci/code_inspector",
    commit="17b020d9f7e850e1497bf61c28b18b717237a4ac",
    root="src",
    target="agent.graph:graph",
    prompts=(
        *(f"{FOLDER}/prompts/{place}" for place in ("analyzer.py:1", "owasp_classify.py:25", "reflection.py:1")),
        *(f"{FOLDER}/nodes/{place}" for place in ("analyze.py:118", "owasp_classify.py:52", "reflect.py:38")),
    ),
    runs=(run("https://pages.test/1", True), run("https://pages.test/2", False)),
    imported=imported,
)
