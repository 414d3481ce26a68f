"""One call of a `dspy.LM` on its way through the door: the candidate's text put in, its key, and what came back."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import convert_to_messages

from llmdl_dspy import compat
from llmdl_plugins.door import answers, calls
from llmdl_plugins.door.asked import definitions
from llmdl_plugins.door.scope import Call, Scope
from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.secrets import redact

_TYPES = {"user": "human", "assistant": "ai", "developer": "system"}
_COUNTED = (("prompt_tokens", "input"), ("completion_tokens", "output"))


class Asked:
    """A call as the ledger and the tape know it.

    Args:
        here: what holds where it is made.
        lm: the model that the program calls.
        told: its messages as plain JSON.
        settings: its options, but for its connection.
        defining: of its options those that define tools and schemas, and others.
    """

    def __init__(
        self, here: Scope, lm: Any, told: list[JSON], settings: Mapping[str, Any], defining: Mapping[str, Any]
    ) -> None:
        self.here, self.lm, self.told = here, lm, told
        self._settings, self._defining, self.since = settings, defining, time.perf_counter()
        redact.meet(lm)

    def paid(self) -> Call:
        """The request as the ledger knows it: all of it, but for keys, passwords and addresses."""
        settings = {key: value for key, value in self._settings.items() if value is not None}
        request: JSON = {
            "model": f"{type(self.lm).__module__}.{type(self.lm).__qualname__}",
            "settings": answers.settings_of({"model": self.lm.model, **settings}),
            "options": {},
            "messages": [self.told],
        }
        return calls.call(self.here, request, False)

    def note(self, answer: Mapping[str, Any], usage: Mapping[str, int] | None) -> None:
        """Put the call on the tape.

        Args:
            answer: the message that came, in the words of OpenAI's chat completions.
            usage: tokens in and out.
        """
        given = {"input": usage["input"], "output": usage["output"]} if usage else None
        calls.note_told(self.told, _answer(answer), given, self.since, definitions(self._defining))


class Prepared(Asked):
    """A call that DSPy has prepared, with the candidate's text in it.

    Args:
        here: what holds where it is made.
        lm: the model that the program calls.
        call: as DSPy has prepared it; it stays as it is.
    """

    def __init__(self, here: Scope, lm: Any, call: Any) -> None:
        self.call = copy.copy(call)
        if here.payer is not None:
            self.call.cache = False  # it would hide calls, and answer one engine with the words of another
        self.messages = compat.messages_of(call)
        if here.rewrite is not None:
            self._rewrite(here)
        told = [told_of(row) for row in self.messages]  # once for the ledger and the tape
        settings = {"rollout": compat.rollout(lm, call), **compat.settings_of(self.call)}
        super().__init__(here, lm, told, settings, self.call.legacy)

    def _rewrite(self, here: Scope) -> None:
        before = convert_to_messages(self.messages)
        pairs = enumerate(zip(before, here.rewritten(before), strict=True))
        if changed := {n: new.content for n, (old, new) in pairs if old.content != new.content}:
            rows = enumerate(self.messages)
            self.messages = [{**row, "content": changed[n]} if n in changed else row for n, row in rows]
            compat.with_messages(self.call, self.messages)


def counted(usage: Mapping[str, Any]) -> dict[str, int] | None:
    """Tokens in and out, as our ledger counts them; of the input, those of a cache. None where the model doesn't say.

    >>> counted({"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9})
    {'input': 7, 'output': 2}
    """
    found = {ours: int(usage[theirs]) for theirs, ours in _COUNTED if usage.get(theirs) is not None}
    if not found:
        return None
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens")
    return {"input": 0, "output": 0, **found, **({"cached": int(cached)} if cached else {})}


def told_of(row: Mapping[str, Any]) -> JSON:
    """A message as the ledger and the tape have it, whatever library sent it."""
    told: dict[str, JSON] = {
        "type": _TYPES.get(row["role"], row["role"]),
        "content": plain(row.get("content") or ""),
    }
    for key in ("tool_calls", "tool_call_id", "name"):
        if given := row.get(key):
            told[key] = plain(given)
    return told


def _answer(answer: Mapping[str, Any]) -> JSON:
    """What a model said, as the tape has it, whatever library asked it."""
    if not answer.get("tool_calls"):
        return {"type": "ai", "content": plain(answer.get("content") or "")}
    (message,) = convert_to_messages([{**answer, "role": "assistant", "content": answer.get("content") or ""}])
    return answers.told(message)
