"""A `dspy.LM` as a LangChain chat model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dspy.lm15 import Request, Response, request_from_openai_chat
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, convert_to_messages, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import SkipValidation

from llmdl_dspy import compat
from llmdl_dspy.spoken import said_by, usage_of

_SETTINGS = ("temperature", "max_tokens", "max_completion_tokens", "top_p", "seed", "stop", "tools", "tool_choice")


class DspyChat(BaseChatModel):
    """A `dspy.LM`, with whatever engine, as a chat model; DSPy's own cache is not asked.

    Args:
        lm: the model that answers; its `temperature`, `max_tokens` and `top_p` hold unless a call says otherwise.
    """

    lm: SkipValidation[Any]

    @property
    def _llm_type(self) -> str:
        return "dspy"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.lm.model, **self._held()}

    def _held(self) -> dict[str, Any]:
        return {name: value for name, value in self.lm.kwargs.items() if name in _SETTINGS and value is not None}

    def asdict(self) -> dict[str, Any]:
        """What tells this model from another: the name and the settings of the `dspy.LM`."""
        return {**super().asdict(), "lm": type(self.lm).__qualname__, **self._identifying_params}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """The model with tools, as LangChain's models take them."""
        choice = {} if tool_choice is None else {"tool_choice": _choice(tool_choice)}
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **choice, **kwargs)

    def _request(self, messages: Sequence[BaseMessage], stop: Any, options: dict[str, Any]) -> Request:
        asked = {**self._held(), **{k: v for k, v in options.items() if k in _SETTINGS and v is not None}}
        if stop:
            asked["stop"] = list(stop)
        body = {"model": self.lm.model, "messages": convert_to_openai_messages(messages), **asked}
        return request_from_openai_chat(body)

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return _result(self.lm(self._request(messages, stop, kwargs), cache=False))

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        if not compat.is_async(self.lm):
            return await super()._agenerate(messages, stop, run_manager, **kwargs)
        return _result(await self.lm.acall(self._request(messages, stop, kwargs), cache=False))


def _choice(wanted: str) -> Any:
    if wanted in ("auto", "none", "required"):
        return wanted
    return "required" if wanted == "any" else {"type": "function", "function": {"name": wanted}}


def _result(response: Response) -> ChatResult:
    (said,) = convert_to_messages([said_by(response)])
    if isinstance(said, AIMessage) and (used := usage_of(response)):
        given, made = used["input"], used["output"]
        said.usage_metadata = {"input_tokens": given, "output_tokens": made, "total_tokens": given + made}
        said.response_metadata = {"model_name": response.model}
    return ChatResult(generations=[ChatGeneration(message=said)])
