"""A call of a predictor on the shortest way, while a run pays: the same messages, the same prediction.

For each row DSPy looks its inputs through, puts system message and demonstrations together, makes a request of them,
and looks at what a call might hold beside texts.  Here what rows share is kept.  A call that is more than texts, that
DSPy has something to say of, or that somebody listens to, is left to DSPy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import dspy
from dspy.lm15 import Request
from dspy.utils.exceptions import AdapterParseError

from llmdl_dspy import compat
from llmdl_dspy.asked import Asked
from llmdl_dspy.beginning import Beginning, beginning
from llmdl_dspy.metered import AsyncMetered, Metered
from llmdl_dspy.predictor import OWN
from llmdl_dspy.requested import is_sendable, message_of
from llmdl_dspy.ways import Way, way_of
from llmdl_plugins.door.passage import entering
from llmdl_plugins.door.scope import Scope, current_scope
from llmdl_plugins.plain import plain

_USUAL = compat.CHAT()  # where no adapter is set


class Ready(NamedTuple):
    """A call that can be sent.

    Args:
        caller: the predictor that is called, or a copy of it.
        adapter: DSPy's for chats.
        given: what it takes: model, options, signature, demonstrations, inputs.
        start: what is sent first.
        content: what is sent last.
        way: where it goes.
        here: what holds for it.
    """

    caller: dspy.Predict
    adapter: Any
    given: tuple[Any, Any, Any, Any, Mapping[str, Any]]
    start: Beginning
    content: str
    way: Way
    here: Scope

    def messages(self) -> list[Any]:
        """What is sent, as the adapter formats it."""
        return [*self.start.rows, {"role": "user", "content": self.content}]

    def answer(self) -> Any:
        """The prediction.

        Raises:
            AdapterParseError: what came can't be read.
        """
        with _Translated(self.given[0], self.way):
            response = Metered(self.way.engine, self._asked()).complete(self._request())
            output = compat.output_of(self.given[0], response)
        try:
            return self._predicted(self._read(output))
        except AdapterParseError:
            if not self.adapter.use_json_adapter_fallback:
                raise
            return self._predicted(self.adapter._make_json_adapter_fallback()(*self.given))

    async def aanswer(self) -> Any:
        """The same, asynchronously."""
        with _Translated(self.given[0], self.way):
            response = await AsyncMetered(self.way.engine, self._asked()).complete(self._request())
            output = compat.output_of(self.given[0], response)
        try:
            return self._predicted(self._read(output))
        except AdapterParseError:
            if not self.adapter.use_json_adapter_fallback:
                raise
            return self._predicted(await self.adapter._make_json_adapter_fallback().acall(*self.given))

    def _asked(self) -> Asked:
        told = [*self.start.told, {"type": "human", "content": plain(self.content)}]
        return Asked(self.here, self.given[0], told, self.way.options, {})

    def _request(self) -> Request:
        messages = (*self.start.shown, message_of("user", self.content))
        fields = {"model": self.way.model, "messages": messages, "system": self.start.system, "tools": ()}
        return compat.unchecked(Request, **fields, config=self.way.config)

    def _read(self, output: Any) -> list[Any]:
        lm, options, signature, *_ = self.given
        return self.start.read(self.adapter, lm, options, signature, output)

    def _predicted(self, completions: list[Any]) -> Any:
        """The prediction, which stands in DSPy's trace."""
        *_, signature, _, inputs = self.given
        made = compat.predicted(completions, signature)
        compat.trace(self.caller, inputs, made)
        return made


class _Translated:
    """Errors of an engine become DSPy's."""

    __slots__ = ("_lm", "_way")

    def __init__(self, lm: Any, way: Way) -> None:
        self._lm, self._way = lm, way

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        if error is not None:
            with compat.error_boundary(self._lm.model, provider=self._way.provider, unexpected=True):
                raise error


def ready(caller: dspy.Predict, kwargs: Mapping[str, Any], asynchronous: bool) -> Ready | None:
    """A call of a predictor; None for one that is left to DSPy.

    Args:
        kwargs: what it is called with.
        asynchronous: how its model is asked.
    """
    if not compat.is_plain(type(caller)) or not _is_unheard(around := compat.around()):
        return None
    held, adapter = compat.held(caller), around["adapter"] or _USUAL
    lm = kwargs.get("lm", held["lm"]) or around["lm"]
    if not compat.is_stock(lm) or lm.callbacks or held["fields"]:
        return None
    if adapter is not _USUAL and (not compat.is_dspys(adapter) or adapter.callbacks):
        return None
    options = {**held["config"], **kwargs.get("config", {})}
    if (way := way_of(lm, options, asynchronous)) is None:
        return None
    signature, demos = kwargs.get("signature", held["signature"]), kwargs.get("demos", held["demos"])
    if (start := beginning(adapter, signature, demos)) is None:
        return None
    inputs = {name: value for name, value in kwargs.items() if name not in OWN}
    if not start.takes(inputs, around["warn_on_type_mismatch"]):
        return None
    content = start.last(adapter, signature, inputs)
    if compat.MARK in content or not is_sendable(content) or (here := entering()) is None:
        return None
    return Ready(caller, adapter, (lm, options, signature, demos, inputs), start, content, way, here)


def _is_unheard(around: Mapping[str, Any]) -> bool:
    """Whether a run pays, and nobody is told of the parts of a call, or changes them."""
    here = current_scope()
    if here is None or here.payer is None or here.rewrite is not None:
        return False
    heard = around["callbacks"] or around["send_stream"] or around["usage_tracker"]
    return not heard and bool(around["disable_history"])
