"""One request of an SDK on its way through the door: the candidate's text put in, its key, and what came back."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

from llmdl_plugins.door import answers, calls
from llmdl_plugins.door.scope import Call, Scope
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.plain import JSON, plain
from llmdl_sdks.dialect import Body, Dialect, with_texts

_KEPT = ("content-type", "x-request-id", "request-id")


class Asked:
    """A request with the candidate's text in it.

    Args:
        here: what holds where it is made.
        dialect: the words that it is in.
        body: the request, as JSON; it stays as it is.
        retries_itself: whether the client tries again by itself.
        settings: what matters to the answer and isn't in the body.
    """

    def __init__(self, here: Scope, dialect: Dialect, body: Body, retries_itself: bool, settings: Body) -> None:
        placed = dialect.texts(body)
        self.here, self.dialect, self.since = here, dialect, time.perf_counter()
        self.messages = here.rewritten([message for _, message in placed])
        self.body = with_texts(body, placed, self.messages)
        self._texts = {keys[0] for keys, _ in placed}
        self._retries_itself, self._settings = retries_itself, settings

    def call(self) -> Call:
        """The request as the ledger knows it: all of it, but for keys, passwords and addresses."""
        settings = {**self._settings, **{k: v for k, v in self.body.items() if k not in self._texts}}
        request: JSON = {
            "model": self.dialect.name,
            "settings": answers.settings_of(settings),
            "options": {},
            "messages": plain({k: v for k, v in self.body.items() if k in self._texts}),
        }
        return calls.call(self.here, request, self._retries_itself)

    def answer(self, text: str, headers: Mapping[str, str]) -> JSON:
        """A whole answer, as the ledger keeps it.

        Raises:
            InfrastructureError: it is no JSON: it comes from something between here and the model.
        """
        try:
            usage = answers.usage(self.dialect.answer(json.loads(text)))
        except (ValueError, AttributeError) as error:
            raise InfrastructureError(f"The server answered {text[:80]!r}, which is no answer of a model.") from error
        return {"usage": plain(usage), "headers": _kept(headers), "body": text}

    def streamed(self, pieces: list[str], events: list[Any], headers: Mapping[str, str]) -> JSON:
        """A streamed answer, as the ledger keeps it."""
        usage = answers.usage(self._joined(events))
        return {"usage": plain(usage), "headers": _kept(headers), "pieces": plain(pieces)}

    def note(self, answer: Any) -> None:
        """Put the call with its whole answer on the tape."""
        self._note(self.dialect.answer(json.loads(answer["body"])))

    def note_streamed(self, events: list[Any]) -> None:
        """Put the call with its streamed answer on the tape."""
        self._note(self._joined(events))

    def _note(self, answer: AIMessage) -> None:
        calls.note([answers.told(m) for m in self.messages], answer, self.since)

    def _joined(self, events: list[Any]) -> AIMessage:
        return self.dialect.answer(self.dialect.joined(events))


def _kept(headers: Mapping[str, str]) -> JSON:
    return {name: value for name, value in headers.items() if name.lower() in _KEPT}
