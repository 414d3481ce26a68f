"""What one model call really asks, for the ledger, for the model and for the tape."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import tape
from llmdl_plugins.door import answers, calls
from llmdl_plugins.door.passage import refused
from llmdl_plugins.door.scope import Call, Options, Scope
from llmdl_plugins.door.transport import sender
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.secrets import redact

# Options that define tools and schemas, as providers call them.
DEFINING = frozenset({
    "tools", "functions", "response_format", "response_schema", "response_json_schema", "format", "text",
    "output_format", "output_config",
})  # fmt: skip


class Asked(NamedTuple):
    """What one call really asks: the candidate's model, messages and options.

    Args:
        here: what holds for the call.
        caller: the model that the application calls.
        model: the model that is asked.
        batch: the messages of each request.
        options: keyword arguments of the call.
        since: when it began.
        told: the messages as plain JSON, once that was asked for.
        paid: the call, once it was asked for.
    """

    here: Scope
    caller: BaseChatModel
    model: BaseChatModel
    batch: list[list[BaseMessage]]
    options: Options
    since: float
    told: list[Any]
    paid: list[Call]

    @classmethod
    def of(cls, here: Scope, model: BaseChatModel, batch: Sequence[Sequence[BaseMessage]], options: Options) -> Asked:
        """The call with the candidate's text and setup in it."""
        written, asked = [here.rewritten(messages) for messages in batch], model
        if here.setup:
            try:
                asked, options = here.setup(model, options)
            except LlmdlError as error:
                raise refused(error) from None
        return cls(here, model, sender(asked), written, options, time.perf_counter(), [], [])

    def method(self, name: str, own: Any) -> Any:
        """The method that answers: the caller's own, or that of the model that takes its place."""
        return getattr(self.model, name) if self.model is not self.caller else own.__get__(self.caller)

    def call(self, **more: Any) -> Call:
        """The request as the ledger knows it."""
        redact.meet(self.model)
        request: JSON = {
            **described(self.model),
            "options": answers.of_request({**self.options, **more}),
            "messages": self._messages(),
        }
        made = calls.call(self.here, request, _retries_itself(self.model))
        self.paid.append(made)
        return made

    def _messages(self) -> list[Any]:
        """What is sent, told once for the ledger and the tape."""
        if not self.told:
            self.told[:] = [[answers.told(m) for m in messages] for messages in self.batch]
        return self.told

    def note(self, result: LLMResult, whole: bool = False) -> None:
        """Put the call on the tape that is being recorded.

        Args:
            whole: whether the payer, if there is one, has recorded it as it stands; of a stream he may have a part.
        """
        if tape.current_tape() is None:
            return
        told = definitions(self.options)
        for n, (messages, generations) in enumerate(zip(self._messages(), result.generations, strict=False)):
            answer = getattr(generations[0], "message", None) if generations else None
            recorded = (self.paid[0].key, n) if whole and self.paid else None
            calls.note(messages, answer, self.since, told, recorded)


def _retries_itself(model: BaseChatModel) -> bool:
    """Whether a client tries again by itself; to ask a model for a field that its class has not is slow."""
    if "max_retries" in (held := vars(model)):
        return bool(held["max_retries"])
    return _looks_further(type(model)) and bool(getattr(model, "max_retries", None))


@lru_cache(256)
def _looks_further(kind: type[Any]) -> bool:
    """Whether models of a class may have a field that they don't hold: of the class, or handed on to another model."""
    is_open = kind.model_config.get("extra") == "allow" or kind.__getattr__ is not BaseChatModel.__getattr__  # type: ignore[attr-defined]
    return is_open or hasattr(kind, "max_retries")


def described(model: BaseChatModel) -> dict[str, JSON]:
    """A model as a request names it: its class, and its settings without keys, passwords and addresses."""
    return {
        "model": f"{type(model).__module__}.{type(model).__qualname__}",
        "settings": answers.settings_of(model.asdict()),
    }


def definitions(options: Mapping[str, Any]) -> JSON:
    """What the options of a call define of tools and schemas, as plain JSON; None where they define nothing."""
    if DEFINING.isdisjoint(options):
        return None
    return {key: plain(value) for key, value in options.items() if key in DEFINING and value} or None
