"""What the calls of many rows begin with: the system message and the demonstrations, put together once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import dspy
from dspy.lm15 import Message

from llmdl_dspy import compat
from llmdl_dspy.asked import told_of
from llmdl_dspy.outputs import texts_in
from llmdl_dspy.requested import is_sendable, request_of, texts_of
from llmdl_dspy.unchanged import held, is_lasting, is_same, said_by
from llmdl_plugins.plain import JSON

_KEPT = 512
_TEXTS = frozenset({str})


class Beginning(NamedTuple):
    """The messages before the last, and how the last is written and the answer read.

    Args:
        held: what the demonstrations held.
        rows: the messages, as the adapter formats them; none where a call is more than texts.
        told: the same as the ledger has them.
        system, shown: the same as a request has them.
        kinds: of each input its type; None where none was written.
        asks: what the last message ends with.
        texts: the outputs, where all are texts.
    """

    held: Sequence[Any]
    rows: Sequence[Any] = ()
    told: Sequence[JSON] = ()
    system: Any = None
    shown: tuple[Message, ...] = ()
    kinds: Mapping[str, Any] = MappingProxyType({})
    asks: str = ""
    texts: tuple[str, ...] = ()

    def takes(self, inputs: Mapping[str, Any], looks: bool) -> bool:
        """Whether these are the inputs, all of them, and DSPy has nothing to say of one.

        Args:
            looks: whether it says of one that its type is another.
        """
        kinds = self.kinds
        if inputs.keys() != kinds.keys():
            return False
        return not looks or all(
            [kinds[name] in (None, type(value)) or _fits(value, kinds[name]) for name, value in inputs.items()]
        )

    def last(self, adapter: Any, signature: Any, inputs: Mapping[str, Any]) -> str:
        """The last message, as the adapter formats it: texts are put in as they are."""
        given = [inputs[name] for name in self.kinds]
        if not _TEXTS.issuperset(map(type, given)):
            return str(adapter.format_user_message_content(signature, dict(inputs), main_request=True))
        told = [f"[[ ## {name} ## ]]\n{text}" for name, text in zip(self.kinds, given, strict=True)]
        return "\n\n".join([*told, self.asks]).strip()

    def read(self, adapter: Any, lm: Any, lm_kwargs: Any, signature: Any, output: Any) -> list[Any]:
        """What came, as the adapter reads it.

        Raises:
            AdapterParseError: it can't.
        """
        if not output or type(output) is not str:
            return list(adapter._call_postprocess(signature, signature, [output], lm, lm_kwargs))
        found = texts_in(output, self.texts) if self.texts else None
        return [adapter.parse(signature, output) if found is None else found]


_known: dict[tuple[Any, ...], Beginning] = {}


def beginning(adapter: Any, signature: Any, demos: Sequence[Any]) -> Beginning | None:
    """What a call of DSPy's chat adapter begins with; None where it may be more than texts."""
    if not isinstance(signature, type) or (now := held(demos)) is None:
        return None
    key = (*said_by(signature), *map(id, demos))
    known = _known.get(key)
    if known is None or not is_same(known.held, now):  # another one at the same address, or the same one, changed
        if len(_known) >= _KEPT:
            _known.clear()
        known = _known[key] = _made(adapter, signature, demos, now)
    return known if known.rows else None


def _made(adapter: Any, signature: Any, demos: Sequence[Any], now: Sequence[Any]) -> Beginning:
    if not is_lasting(now) or any(_is_more(field.annotation) for field in signature.fields.values()):
        return Beginning(now)
    *rows, last = adapter.format(signature, demos, {})
    if not (said := texts_of([*rows, last])) or not all(said) or not is_sendable("".join(said)):
        return Beginning(now)
    if compat.PREDICTING.resolve_adapter(None, adapter, signature, {}, signature) is not adapter:
        return Beginning(now)  # an output wants evidence
    request = request_of({"model": "any", "messages": [*rows, last]})
    told, outputs = [told_of(row) for row in rows], signature.output_fields
    is_texts = all(field.annotation is str for field in outputs.values())
    kinds, texts = compat.kinds_of(signature.input_fields), tuple(outputs) if is_texts else ()
    return Beginning(now, rows, told, request.system, request.messages[:-1], kinds, last["content"], texts)


def _fits(value: Any, kind: Any) -> bool:
    return value is None or compat.is_of(value, kind)


def _is_more(annotation: Any) -> bool:
    """Whether a field has a place of its own in a request or a response: an image, a tool, a history."""
    return isinstance(annotation, type) and issubclass(annotation, dspy.Type | dspy.History)
