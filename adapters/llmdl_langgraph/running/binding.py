"""Puts the values in force into the messages of a model call, as if the source held them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from langchain_core.messages import BaseMessage

from llmdl_langgraph.matching.explain import (
    Explanation,
    Saying,
    explain,
    explained_in,
    is_explained,
    parameters,
    rewritten,
)
from llmdl_langgraph.matching.texts import Text
from llmdl_plugins import tape
from llmdl_plugins.binding import copies, in_force
from llmdl_plugins.parameter import Parameter

EXPLAINED = 1_000
BOUND = 200  # of every candidate; it meets each row once or twice
_ANSWER_IDS = ("lc_run", "run-")
WRITTEN_BY_THE_APPLICATION = {"system", "human", "developer", "chat"}


def is_written(message: BaseMessage) -> bool:
    """Whether the application wrote a message itself, also where it speaks for the model."""
    if message.type != "ai":
        return message.type in WRITTEN_BY_THE_APPLICATION
    answered = message.response_metadata or getattr(message, "usage_metadata", None)
    return not answered and not (message.id or "").startswith(_ANSWER_IDS)


def with_content(message: BaseMessage, content: Any) -> BaseMessage:
    """A copy of a message with another content: `model_copy` at half its price, which is most of what binding costs."""
    extra, private = message.__pydantic_extra__, message.__pydantic_private__
    copied, put = object.__new__(type(message)), object.__setattr__
    put(copied, "__dict__", {**vars(message), "content": content})
    put(copied, "__pydantic_fields_set__", {*message.__pydantic_fields_set__, "content"})
    put(copied, "__pydantic_extra__", None if extra is None else {**extra})
    put(copied, "__pydantic_private__", None if private is None else {**private})
    return copied


class _Known(NamedTuple):
    """What was found out about a text once."""

    text: str
    reads: tuple[Parameter, ...]


class Explanations:
    """Sent texts with the parameters that they are made of; each is searched once for all candidates."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._anchors = [(anchor, text) for text in texts for anchor in text.anchors]
        self._spoken = {text for text in texts if text.is_spoken}
        self._known: dict[str, Explanation] = {}

    def __call__(self, sent: str) -> Explanation:
        if (known := self._known.get(sent)) is not None:
            return known
        if len(self._known) >= EXPLAINED:
            self._known.clear()
        near = dict.fromkeys([text for anchor, text in self._anchors if anchor in sent])  # of few, most often
        found = self._known[sent] = explain(sent, [*near])
        return found

    def is_spoken(self, message: BaseMessage) -> bool:
        """Whether a message that looks like an answer is what the application says instead of the model."""
        if not self._spoken or message.type != "ai" or not isinstance(sent := message.content, str) or not sent:
            return False
        found = self(sent)
        return is_explained(found, sent) and all(e.text in self._spoken for e in explained_in(found))


class Binding:
    """A rewrite for the door: messages in, copies with the values in force out.

    The messages of the application are never touched.  Every parameter that is found in them is reported as read by
    the step that sends them.

    Args:
        explanations: what is known about sent texts.
        values: the changed parameters.
    """

    def __init__(self, explanations: Explanations, values: Mapping[Parameter, Any]) -> None:
        self._explanations = explanations
        self._values = {p: v for p, v in values.items() if p.kind == "text"}
        self._saying = Saying(self._values)
        self._known: dict[str, _Known] = {}
        self._untied: dict[frozenset[tuple[Parameter, Any]], Binding] = {}

    def __call__(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        own = copies()
        return self._with(own)._bound(messages, own) if own else self._bound(messages, own)

    def _with(self, own: Mapping[Parameter, Parameter]) -> Binding:
        """What binds where some parameters are read by copies of their own."""
        values = {shared: in_force(copy) for shared, copy in own.items() if copy.kind == "text"}
        key = frozenset(values.items())
        if key not in self._untied:
            if len(self._untied) >= BOUND:
                self._untied.clear()
            self._untied[key] = Binding(self._explanations, {**self._values, **values})
        return self._untied[key]

    def _bound(self, messages: Sequence[BaseMessage], own: Mapping[Parameter, Parameter]) -> list[BaseMessage]:
        reads: list[Parameter] | None = [] if tape.current_tape() else None
        bound = [self._message(m, reads) if is_written(m) or self._explanations.is_spoken(m) else m for m in messages]
        if reads and (step := tape.current_step()):
            step.read(*dict.fromkeys([own.get(parameter, parameter) for parameter in reads]))
        return bound

    def _message(self, message: BaseMessage, reads: list[Parameter] | None) -> BaseMessage:
        content = message.content
        if isinstance(content, str):
            text = self._text(content, reads)
            return message if text is content else with_content(message, text)
        blocks = [self._block(block, reads) for block in content]
        same = all(a is b for a, b in zip(blocks, content, strict=True))
        return message if same else with_content(message, blocks)

    def _block(self, block: Any, reads: list[Parameter] | None) -> Any:
        if isinstance(block, str):
            return self._text(block, reads)
        if not isinstance(block, dict) or not isinstance(text := block.get("text"), str):
            return block
        bound = self._text(text, reads)
        return block if bound is text else {**block, "text": bound}

    def _text(self, sent: str, reads: list[Parameter] | None) -> str:
        known = self._known.get(sent) or self._learned(sent)
        if reads is not None:
            reads.extend(known.reads)
        return sent if known.text == sent else known.text

    def _learned(self, sent: str) -> _Known:
        if len(self._known) >= BOUND:
            self._known.clear()
        found = self._explanations(sent)
        reads = tuple(dict.fromkeys(parameters(found)))
        text = rewritten(found, self._saying) if self._values.keys() & set(reads) else sent
        known = self._known[sent] = _Known(text, reads)
        return known
