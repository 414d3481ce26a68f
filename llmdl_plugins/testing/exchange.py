"""A request and a reply as the simulated model sees them, whatever front end carries them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmdl_plugins.testing.draws import digest
from llmdl_plugins.testing.roles import Message, joined


@dataclass(frozen=True)
class Request:
    """A chat-completions request.

    Args:
        key: equal for requests that are the same question to the same model.
        choices: how many texts are asked for.
        cold: whether the temperature is 0.
    """

    messages: tuple[Message, ...]
    key: int
    choices: int
    cold: bool
    prompt_tokens: int

    @classmethod
    def read(cls, body: Mapping[str, Any], seed: int) -> Request:
        """Read the body of a request; KeyError, TypeError or ValueError where it is none."""
        messages = tuple(Message(row.get("role", "user"), _text(row.get("content"))) for row in body["messages"])
        if not messages:
            raise ValueError("messages is empty")
        key = digest(seed, body.get("model", ""), *(part for message in messages for part in message))
        cold = body.get("temperature") == 0
        return cls(messages, key, max(1, int(body.get("n") or 1)), cold, count_tokens(joined(messages)))


@dataclass(frozen=True)
class Reply:
    """What the model said; a status other than 200 is an injected fault or a rate limit.

    Args:
        texts: one text a choice.
        delay: seconds that the reply takes.
        fault: the injected fault; those that break the line (hang, drop, badjson) leave the status at 200.
        retry_after: seconds after which a 429 may be tried again.
    """

    status: int = 200
    texts: tuple[str, ...] = ()
    role: str = "other"
    finish: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    delay: float = 0.0
    fault: str = ""
    retry_after: float = 0.0

    @property
    def total_tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def count_tokens(text: str) -> int:
    """Tokens of a text, as the simulated model counts them: four characters each, and one at least."""
    return max(1, len(text) // 4)


def _text(content: Any) -> str:
    parts = (content,) if isinstance(content, str) else content or ()
    return "".join(part.get("text", "") if isinstance(part, dict) else str(part) for part in parts)
