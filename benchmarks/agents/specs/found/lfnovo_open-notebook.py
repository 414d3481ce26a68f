"""lfnovo/open-notebook, the graph that asks a notebook: jinja files behind a library's loader, Send."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from spec import Agent, Run

ABSENT = ("esperanto", "esperanto.common_types", "surrealdb", "surrealdb.data", "surrealdb.data.types", "tomli")
ABSENT += ("surrealdb.data.types.table", "surreal_commands", "cryptography", "cryptography.fernet", "content_core")
SEARCHES = '[{"term": "cats", "instructions": "What they eat."}, {"term": "sleep", "instructions": "How long."}]'


def prepare() -> None:
    for name in ABSENT:
        sys.modules[name] = MagicMock(RecordID=str)
    root = next(Path(entry) for entry in sys.path if (Path(entry) / "prompts/ask/entry.jinja").exists())
    os.environ["PROMPTS_PATH"] = str(root / "prompts")
    os.chdir(tempfile.mkdtemp())  # its configuration makes folders in the current one


def imported(module: ModuleType) -> None:
    from langchain_openai import ChatOpenAI

    async def model(*_: Any, **__: Any) -> Any:
        return ChatOpenAI(model="scripted")

    async def search(term: str, *_: Any) -> list[dict[str, str]]:
        return [{"id": "source:1", "title": term, "content": f"What is known of {term}."}]

    module.provision_langchain_model, module.vector_search = model, search  # type: ignore[attr-defined]


AGENT = Agent(
    repository="lfnovo/open-notebook",
    commit="206d77cab366d48f057ff5cce3141bc66732851a",
    root="",
    target="open_notebook.graphs.ask:graph",
    prompts=("prompts/ask/entry.jinja:1", "prompts/ask/query_process.jinja:1", "prompts/ask/final_answer.jinja:1"),
    runs=(
        Run({"question": "What do cats do?"}, {"_text": f'{{"reasoning": "Ask twice.", "searches": {SEARCHES}}}'}),
        Run({"question": "Who hunts mice?"}, {"_text": f'{{"reasoning": "Look.", "searches": {SEARCHES}}}'}),
    ),
    prepare=prepare,
    imported=imported,
)
