"""A call of DSPy's chat adapter on the shortest way, while a run pays: the same messages, the same prediction.

For each row DSPy puts system message and demonstrations together, makes a request of them, and looks at what a call
might hold beside texts.  Here what rows share is kept.  A call that is more than texts, or that somebody listens to, is
left to DSPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import dspy
from dspy.lm15 import Request
from dspy.utils.exceptions import AdapterParseError

from llmdl_dspy import compat
from llmdl_dspy.asked import Asked
from llmdl_dspy.beginning import Beginning, beginning
from llmdl_dspy.metered import AsyncMetered, Metered
from llmdl_dspy.program import current
from llmdl_dspy.requested import is_sendable, message_of
from llmdl_dspy.ways import Way, way_of
from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.passage import entering
from llmdl_plugins.door.scope import current_scope
from llmdl_plugins.plain import plain


class Ready(NamedTuple):
    """A call that can be sent.

    Args:
        start: what it begins with.
        way: where it goes.
        asked: the same as the ledger and the tape have it.
        request: the same as an engine takes it.
    """

    start: Beginning
    way: Way
    asked: Asked
    request: Request


def methods() -> Sequence[Method]:
    """What to replace while the door stands: nothing where somebody else has done so, as one who traces calls."""
    if not compat.is_untouched():
        return []
    return [Method(compat.CHAT, "__call__", _call), Method(compat.CHAT, "acall", _acall)]


def _call(own: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: Any, lm: Any, lm_kwargs: Any, signature: Any, demos: Any, inputs: Any) -> Any:
        if (ready := _ready(False, self, lm, lm_kwargs, signature, demos, inputs)) is None:
            return own(self, lm, lm_kwargs, signature, demos, inputs)
        with compat.error_boundary(lm.model, provider=ready.way.provider, unexpected=True):
            output = compat.output_of(lm, Metered(ready.way.engine, ready.asked).complete(ready.request))
        try:
            return ready.start.read(self, lm, lm_kwargs, signature, output)
        except AdapterParseError:
            if not self.use_json_adapter_fallback:
                raise
            return self._make_json_adapter_fallback()(lm, lm_kwargs, signature, demos, inputs)

    return __call__


def _acall(own: Callable[..., Any]) -> Callable[..., Any]:
    async def acall(self: Any, lm: Any, lm_kwargs: Any, signature: Any, demos: Any, inputs: Any) -> Any:
        if (ready := _ready(True, self, lm, lm_kwargs, signature, demos, inputs)) is None:
            return await own(self, lm, lm_kwargs, signature, demos, inputs)
        with compat.error_boundary(lm.model, provider=ready.way.provider, unexpected=True):
            output = compat.output_of(lm, await AsyncMetered(ready.way.engine, ready.asked).complete(ready.request))
        try:
            return ready.start.read(self, lm, lm_kwargs, signature, output)
        except AdapterParseError:
            if not self.use_json_adapter_fallback:
                raise
            return await self._make_json_adapter_fallback().acall(lm, lm_kwargs, signature, demos, inputs)

    return acall


def _ready(
    asynchronous: bool,
    adapter: Any,
    lm: Any,
    lm_kwargs: Mapping[str, Any],
    signature: Any,
    demos: Sequence[Any],
    inputs: Any,
) -> Ready | None:
    """A call; None for one that is left to DSPy."""
    if not compat.is_stock(lm) or not _is_unheard(adapter, lm):
        return None
    if (way := way_of(lm, lm_kwargs, asynchronous)) is None:
        return None
    if (start := beginning(adapter, signature, demos)) is None:
        return None
    content = start.last(adapter, signature, inputs)
    if compat.MARK in content or not is_sendable(content) or (here := entering()) is None:
        return None
    if (program := current()) is not None:
        program.sent([*start.rows, {"role": "user", "content": content}])
    asked = Asked(here, lm, [*start.told, {"type": "human", "content": plain(content)}], way.options, {})
    messages = (*start.shown, message_of("user", content))
    fields = {"model": way.model, "messages": messages, "system": start.system, "tools": (), "config": way.config}
    return Ready(start, way, asked, compat.unchecked(Request, **fields))


def _is_unheard(adapter: Any, lm: Any) -> bool:
    """Whether a run pays, and nobody is told of the parts of a call, or changes them."""
    here, around = current_scope(), dspy.settings
    if here is None or here.payer is None or here.rewrite is not None or not compat.is_dspys(adapter):
        return False
    heard = adapter.callbacks or lm.callbacks or around.callbacks or around.send_stream or around.usage_tracker
    return not heard and bool(around.disable_history)
