"""The simulated model in this process, as a LangChain chat model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult

from llmdl_plugins.testing.exchange import Reply
from llmdl_plugins.testing.faults import BROKEN
from llmdl_plugins.testing.simulator import Simulator

_ROLES = {"human": "user", "ai": "assistant"}


class SimulatedFault(ConnectionError):
    """An injected fault or a rate limit, where an HTTP client would have raised.

    Args:
        kind: the fault, or "429" for a rate limit.
        status_code: as HTTP would have said; None where the line broke.
        retry_after: seconds.
    """

    def __init__(self, kind: str, status_code: int | None, retry_after: float) -> None:
        super().__init__(f"simulated fault: {kind}")
        self.kind, self.status_code, self.retry_after = kind, status_code, retry_after


class SimulatedChat(BaseChatModel):
    """A chat model on a `Simulator`.

    >>> chat = SimulatedChat(simulator=Simulator(skill="rule"), temperature=0)
    >>> chat.invoke("Ticket T5 kind=k1 n=9").text.isdigit()
    True

    Args:
        simulator: where answers come from and where calls are counted.
        model: its name; another name has other luck.
        temperature: 0 makes repetitions of a request equal.
    """

    simulator: Simulator
    model: str = "mock"
    temperature: float | None = None

    @property
    def _llm_type(self) -> str:
        return "simulated"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "temperature": self.temperature}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self.simulator.under_way():
            reply = self._ask(messages, kwargs)
            time.sleep(reply.delay)
        return _result(reply, self.model)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self.simulator.under_way():
            reply = self._ask(messages, kwargs)
            await asyncio.sleep(reply.delay)
        return _result(reply, self.model)

    def _ask(self, messages: Sequence[BaseMessage], kwargs: dict[str, Any]) -> Reply:
        rows = [{"role": _ROLES.get(message.type, message.type), "content": message.content} for message in messages]
        reply = self.simulator.complete({**self._identifying_params, **kwargs, "messages": rows})
        if reply.status != 200:
            raise SimulatedFault(reply.fault or str(reply.status), reply.status, reply.retry_after)
        if reply.fault in BROKEN:
            raise SimulatedFault(reply.fault, None, 0.0)
        return reply


def _result(reply: Reply, model: str) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=_message(text, reply, model)) for text in reply.texts])


def _message(text: str, reply: Reply, model: str) -> AIMessage:
    usage = UsageMetadata(
        input_tokens=reply.prompt_tokens,
        output_tokens=reply.completion_tokens,
        total_tokens=reply.total_tokens,
    )
    told = {"finish_reason": reply.finish, "model_name": model}
    return AIMessage(text, usage_metadata=usage, response_metadata=told)
