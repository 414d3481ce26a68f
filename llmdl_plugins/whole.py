"""Whole answers through the door: `generate` and `agenerate`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers
from llmdl_plugins.asked import Asked
from llmdl_plugins.passage import entering, through
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
        live: list[LLMResult] = []

        async def send() -> JSON:
            with through():
                live[:] = [await asked.method("agenerate", own)(asked.batch, *args, **asked.options)]
            return answers.encode(live[0]) if here.payer else None

        answer = await here.payer.apay(asked.call(**_stop(args)), send) if here.payer else await send()
        if not live:
            with through():
                live = [await bare(answers.Recorded.of(asked.model, answer), asked.batch, *args, **asked.options)]
        asked.note(live[0])
        return live[0]

    return agenerate


def generate(own: Any, bare: Any) -> Any:
    """`generate`, likewise."""

    @functools.wraps(own)
    def generate(self: BaseChatModel, messages: Batch, *args: Any, **kwargs: Any) -> LLMResult:
        if (here := entering()) is None:
            return own(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
        asked = Asked.of(here, self, messages, kwargs)
        live: list[LLMResult] = []

        def send() -> JSON:
            with through():
                live[:] = [asked.method("generate", own)(asked.batch, *args, **asked.options)]
            return answers.encode(live[0]) if here.payer else None

        answer = here.payer.pay(asked.call(**_stop(args)), send) if here.payer else send()
        if not live:
            with through():
                live = [bare(answers.Recorded.of(asked.model, answer), asked.batch, *args, **asked.options)]
        asked.note(live[0])
        return live[0]

    return generate


def _stop(args: Sequence[Any]) -> dict[str, Any]:
    return {"stop": args[0]} if args else {}
