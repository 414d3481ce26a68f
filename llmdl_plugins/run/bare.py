"""A ledger without texts: what was said lives as long as its process, and the disk keeps counts, scores and timings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from llmdl_plugins.plain import JSON, packed
from llmdl_plugins.run.database import Say
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.write import Told, Write

if TYPE_CHECKING:
    from llmdl_plugins.door.scope import Call, Use

NOT_STORED = "(not stored: --no-content)"


class BareLedger(Ledger):
    """Stores no text of rows, prompts that were sent, answers and tools: only how long each was, and a hash.

    Calls, tools and whole rollouts replay in this process; another one finds the score of a rollout and no more.

    Args:
        path: the database file.
        say: told what was damaged, and what could be saved.
    """

    def __init__(self, path: Path, say: Say = lambda text: None) -> None:
        super().__init__(path, say)
        # Of texts that are easy to guess a hash without a key would tell which it is.
        self._key = token_bytes(16)
        self._said: dict[tuple[str, str], str] = {}
        self._asked: dict[str, list[tuple[str, int, str]]] = {}

    def answer(self, key: str) -> Any:
        """The answer of a call of this process, or None."""
        return self._held("answer", key)

    def rollout(self, key: str) -> Any:
        """The record of a rollout; of an earlier process its score alone, marked as "bare"."""
        return self._held("rollout", key) or super().rollout(key)

    def request(self, key: str) -> Any:
        """The messages of a call of this process, or None."""
        return self._held("request", key)

    def tool(self, key: str) -> Any:
        """The outcome of a tool in this process, or None."""
        return self._held("tool", key)

    def tools(self, question: str) -> list[tuple[str, int, Any]]:
        """All that this process was told for a question."""
        return [(path, turn, json.loads(outcome)) for path, turn, outcome in self._asked.get(question, [])]

    def add_call(self, call: Call, answer: JSON, tokens: dict[str, int] | None, seconds: float, *told: Told) -> Write:
        """Keep an answer, and record that there was one."""
        self._keep("answer", call.key, answer)
        asked: Any = call.request
        self._keep("request", call.key, {"messages": asked.get("messages")})
        bare = {name: asked[name] for name in ("model", "settings") if name in asked}
        asked_for: JSON = {**bare, "asked": self._measured(call.request), "answered": self._measured(answer)}
        bare_call = call._replace(path=_placed(call.path), request=asked_for, written=None)
        return super().add_call(bare_call, None, tokens, seconds, *told)

    def add_failure(self, key: str, path: str, error: str) -> Write:
        """Record the kind of an error alone: its words may quote a prompt."""
        return super().add_failure(key, _placed(path), error.partition("(")[0])

    def add_rollout(self, key: str, record: JSON) -> Write:
        """Keep a rollout, and record its score."""
        self._keep("rollout", key, record)
        return super().add_rollout(key, _bare(record))

    def add_tool(self, key: str, question: str | None, use: Use, outcome: JSON) -> Write:
        """Keep what a tool gave, and record that it did."""
        self._keep("tool", key, outcome)
        if question is not None:
            self._asked.setdefault(question, []).append((use.path, use.turn, packed(outcome)))
        return super().add_tool(key, None, replace(use, arguments=self._measured(use.arguments)), None)

    def add_event(self, kind: str, record: JSON) -> Write:
        """Record what happened, without words that quote."""
        return super().add_event(kind, _wordless(kind, record))

    def _held(self, kind: str, key: str) -> Any:
        text = self._said.get((kind, key))
        return None if text is None else json.loads(text)

    def _keep(self, kind: str, key: str, value: JSON) -> None:
        self._said.setdefault((kind, key), packed(value))

    def _measured(self, value: JSON) -> JSON:
        text = packed(value)
        return {"chars": len(text), "hash": hashlib.blake2b(text.encode(), digest_size=8, key=self._key).hexdigest()}


def _bare(record: Any) -> JSON:
    """A rollout as its score, with what it took."""
    tape = record["tape"]
    steps = [{**_emptied(s), "calls": _all(s["calls"]), "tools": _all(s["tools"])} for s in tape["steps"]]
    kept = {name: record[name] for name in ("status", "score", "receipts")}
    told = {"steps": steps, "strays": _all(tape["strays"])}
    return {**kept, "words": "", "output": None, "tape": told, "bare": True}


def _all(parts: Any) -> list[JSON]:
    return [_emptied(part) for part in parts]


_NUMBERS_AND_NAMES = {"name", "path", "reads", "fed_by", "usage", "seconds"}


def _emptied(part: Any) -> dict[str, JSON]:
    """A step, a call or the use of a tool, without what was said."""
    return {name: value if name in _NUMBERS_AND_NAMES else None for name, value in part.items()}


def _placed(path: str) -> str:
    """Where a call stands; that of a teacher says about which row it is."""
    return "/".join(path.split("/")[:2]) if path.startswith("teacher/") else path


def _wordless(kind: str, record: Any) -> JSON:
    match kind:
        case "feedback":
            return {**record, "words": NOT_STORED}
        case "flipped":
            return {name: NOT_STORED if isinstance(value, str) else value for name, value in record.items()}
        case "refused":
            return {**record, "why": NOT_STORED}
        case "verdict":
            # A verdict may name the group of rows that it hurts.
            return {**record, "reason": str(record["reason"]).partition(" group ")[0]}
    return record  # type: ignore[no-any-return]
