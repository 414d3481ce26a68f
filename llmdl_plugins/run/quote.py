"""What a call may use, told before it is made: its prompt by its characters, its answer by its settings.

No tokenizer is loaded.  A byte of text is a token at most, so a model's first prompt is taken at that; later ones at
one and a half times the densest prompt that the model has counted in this run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from llmdl_plugins.door.asked import DEFINING
from llmdl_plugins.door.scope import Call
from llmdl_plugins.plain import dumps, strings_in

_CAPS = {
    "max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens", "max_new_tokens",
    "max_tokens_to_sample", "max_gen_len", "num_predict",
}  # fmt: skip
_CHOICES = {"n", "candidate_count", "candidateCount"}
_DEFINING = {*DEFINING, "system", "instructions", "functions"}
UNSEEN_ANSWER = 4096
_SHORTEST = 256
_MARGIN = 1.5
_SPARSEST = 0.3
_FRAME = 8
_BINARY = re.compile(r"[A-Za-z0-9+/=_-]{2000,}")
_BLOB = 4096


@dataclass
class Seen:
    """What a model's calls have shown so far: tokens for a byte of the densest prompt, and the longest answer."""

    calls: int = 0
    dense: float = 0.0
    longest: int = 0

    def saw(self, quote: Quote, usage: Mapping[str, int]) -> None:
        """Learn from a call that came home."""
        size, texts = quote.size
        self.calls += 1
        self.dense = max(self.dense, (usage["input"] - _FRAME * texts) / max(1, size))
        self.longest = max(self.longest, usage["output"])


@dataclass(frozen=True)
class Quote:
    """What one call may use.

    Args:
        size: bytes of the prompt, and texts in it.
        answers: how many come for it.
        cap: the longest answer that the settings of the call allow; None where they set none.
        known: what the model has shown before.
    """

    model: str
    provider: str
    size: tuple[int, int]
    answers: int
    cap: int | None
    known: Seen

    @cached_property
    def most(self) -> dict[str, int]:
        """Tokens in and out at the most."""
        (size, texts), known = self.size, self.known
        share = max(_SPARSEST, _MARGIN * known.dense) if known.calls else 1.0
        longest = max(_SHORTEST, int(_MARGIN * known.longest)) if known.calls else UNSEEN_ANSWER
        return {"input": int(_FRAME * texts + share * size) + 1, "output": self.answers * (self.cap or longest)}

    @cached_property
    def likely(self) -> dict[str, int]:
        """Tokens in and out as they were before."""
        dense, longest = (self.known.dense, self.known.longest) if self.known.calls else (_SPARSEST, _SHORTEST)
        said = min(longest, self.cap or longest)
        return {"input": int(max(0.0, dense) * self.size[0]), "output": self.answers * said}

    def renewed(self, known: Seen) -> Quote:
        """What the same call may use, by what is known now."""
        return replace(self, known=replace(known))


def quote(call: Call, seen: Mapping[str, Seen]) -> Quote:
    """What a call may use, as its request and this run's earlier calls tell."""
    request: Any = call.request
    cap = _number(request["options"], _CAPS) or _number(request["settings"], _CAPS)
    known = replace(seen.get(call.model) or Seen())  # as it is now: it learns on
    return Quote(call.model, call.provider, _size(request), _answers(request), cap, known)


def _size(request: Any) -> tuple[int, int]:
    """Bytes of text in a request, and its texts; pictures and files count as a fixed number of bytes."""
    texts = list(strings_in(request["messages"]))
    parts = (request["settings"], request["options"])
    texts += [dumps(part[key]) for part in parts for key in _DEFINING & part.keys() if part[key]]
    return sum(map(_bytes, texts)), len(texts)


def _bytes(text: str) -> int:
    blobs = [len(found) for found in _BINARY.findall(text)] if len(text) >= 2000 else []
    return len(text.encode("utf-8", "surrogatepass")) - sum(blobs) + _BLOB * len(blobs)


def _answers(request: Any) -> int:
    """How many answers come for a request: one for each prompt of a batch and each choice of it."""
    batch = len(request["messages"]) if isinstance(request["messages"], list) else 1
    choices = _number(request["options"], _CHOICES) or _number(request["settings"], _CHOICES)
    return max(1, batch) * (choices or 1)


def _number(told: Any, names: set[str]) -> int | None:
    """The first whole number above 0 under one of these names, at any depth but inside definitions of tools."""
    if not isinstance(told, dict):
        return None
    for name in names & told.keys():
        if type(told[name]) is int and told[name] > 0:
            return int(told[name])
    inner = (_number(value, names) for name, value in told.items() if name not in _DEFINING)
    return next(filter(None, inner), None)
