"""Whole answers through the door: `generate` and `agenerate`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins.door import answers
from llmdl_plugins.door.asked import Asked
from llmdl_plugins.door.passage import entering
from llmdl_plugins.door.paying import apaid, paid
from llmdl_plugins.door.recorded import Recorded
from llmdl_plugins.plain import JSON

Batch = list[list[BaseMessage]]


def agenerate(own: Any, bare: Any) -> Any:
    """`agenerate` with the door in front of it.

    Args:
        own: the method that answers.
        bare: `BaseChatModel`'s, which gives a recorded answer again.
    """

    @functools.wraps(own)
    async def agenerate(self: BaseChatModel, messages: Batch, *args: Any, **kwargs: Any) -> LLMResult:
        if (here := entering()) is None:
            return await own(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
        asked = Asked.of(here, self, messages, kwargs)

        async def ask() -> LLMResult:
            return await asked.method("agenerate", own)(asked.batch, *args, **asked.options)  # type: ignore[no-any-return]

        async def again(answer: JSON) -> LLMResult:
            recorded = Recorded.of(asked.model, answer)
            return await bare(recorded, asked.batch, *args, **asked.options)  # type: ignore[no-any-return]

        result = await apaid(here, lambda: asked.call(**_stop(args)), ask, answers.encode, again)
        asked.note(result, whole=True)
        return result

    return agenerate


def generate(own: Any, bare: Any) -> Any:
    """`generate`, likewise."""

    @functools.wraps(own)
    def generate(self: BaseChatModel, messages: Batch, *args: Any, **kwargs: Any) -> LLMResult:
        if (here := entering()) is None:
            return own(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
        asked = Asked.of(here, self, messages, kwargs)

        def ask() -> LLMResult:
            return asked.method("generate", own)(asked.batch, *args, **asked.options)  # type: ignore[no-any-return]

        def again(answer: JSON) -> LLMResult:
            recorded = Recorded.of(asked.model, answer)
            return bare(recorded, asked.batch, *args, **asked.options)  # type: ignore[no-any-return]

        result = paid(here, lambda: asked.call(**_stop(args)), ask, answers.encode, again)
        asked.note(result, whole=True)
        return result

    return generate


def _stop(args: Sequence[Any]) -> dict[str, Any]:
    return {"stop": args[0]} if args else {}
