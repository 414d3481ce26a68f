"""Answers of a model that always answers alike, in a file: what any run asked before is not computed again."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from langchain_core.caches import BaseCache
from langchain_core.messages import AIMessage, messages_from_dict, messages_to_dict
from langchain_core.outputs import ChatGeneration, Generation


class Remembered(BaseCache):
    """A cache of LangChain over one SQLite file.

    Args:
        path: the file; it is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT)")
        self._turn = Lock()

    def lookup(self, prompt: str, llm_string: str) -> Sequence[Generation] | None:
        """What was answered to this prompt by this model with these settings."""
        with self._turn:
            found = self._db.execute("SELECT answer FROM answers WHERE key = ?", (_key(prompt, llm_string),)).fetchone()
        return [ChatGeneration(message=m) for m in messages_from_dict(json.loads(found[0]))] if found else None

    def update(self, prompt: str, llm_string: str, return_val: Sequence[Generation]) -> None:
        """Keep an answer; the first one stays."""
        said = [one.message for one in return_val if isinstance(one, ChatGeneration)]
        assert all(isinstance(message, AIMessage) for message in said)
        row = _key(prompt, llm_string), json.dumps(messages_to_dict(said))
        with self._turn:
            self._db.execute("INSERT OR IGNORE INTO answers VALUES (?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def clear(self, **kwargs: Any) -> None:
        """Forget all."""
        with self._turn:
            self._db.execute("DELETE FROM answers")


def _key(prompt: str, llm_string: str) -> str:
    return hashlib.sha256(f"{llm_string}\n{prompt}".encode()).hexdigest()
