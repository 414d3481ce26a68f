"""A chat model that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, PrivateAttr

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plain import dumps, plain
from llmdl_plugins.testing.exchange import count_tokens
from llmdl_plugins.testing.spoken import pieces, spoken

Said = str | AIMessage
Script = Callable[[list[BaseMessage], dict[str, Any]], Said] | Sequence[Said]


@dataclass(frozen=True)
class Call:
    """One call as the model received it: rendered messages and settings, as plain JSON."""

    messages: list[dict[str, Any]]
    kwargs: dict[str, Any]

    @property
    def text(self) -> str:
        """All message texts, one below the other."""
        return "\n".join(str(message["content"]) for message in self.messages)


class ScriptedChat(BaseChatModel):
    """A chat model that answers from a script; streams by words, calls tools, fills schemas.

    A text becomes a tool call where the caller forces one (as `with_structured_output` does), and JSON where it
    gives a `response_format`; an `AIMessage` is said as it stands.

    >>> chat = ScriptedChat(["Hello.", "Bye."])
    >>> chat.invoke("Hi").text, chat.invoke("Off I go").text, chat.calls[0].text
    ('Hello.', 'Bye.', 'Hi')

    Args:
        script: a function of (messages, kwargs), or the answers in order.
        model: its name.

    Raises:
        MisuseError: a call after the last answer.
    """

    script: Any
    model: str = "scripted"
    calls: list[Call] = Field(default_factory=list)
    _lines: Iterator[Said] = PrivateAttr()

    def __init__(self, script: Script, **fields: Any) -> None:
        super().__init__(**{**fields, "script": script})
        self._lines = iter(()) if callable(script) else iter(list(script))

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: Any = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with these tools in every call."""
        choice = {"tool_choice": tool_choice} if tool_choice else {}
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, stop, kwargs))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, stop, kwargs))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in pieces(self._answer(messages, stop, kwargs)):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in pieces(self._answer(messages, stop, kwargs)):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _answer(self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]) -> AIMessage:
        settings = {**kwargs, "stop": stop} if stop else kwargs
        call = Call([_row(message) for message in messages], {key: plain(value) for key, value in settings.items()})
        self.calls.append(call)
        said = self.script(messages, settings) if callable(self.script) else self._next_line()
        return self._charged(call, said if isinstance(said, AIMessage) else spoken(said, settings, call))

    def _next_line(self) -> Said:
        try:
            return next(self._lines)
        except StopIteration:
            raise MisuseError(
                f"The script has {len(self.script)} answers and this is call {len(self.calls)}: "
                "add answers, or give a function of (messages, kwargs)."
            ) from None

    def _charged(self, call: Call, message: AIMessage) -> AIMessage:
        """A copy with usage: LangChain writes into the messages that it is given, and a script may repeat one."""
        spent, made = count_tokens(call.text), count_tokens(message.text + dumps(message.tool_calls or ""))
        usage = UsageMetadata(input_tokens=spent, output_tokens=made, total_tokens=spent + made)
        told = {"model_name": self.model, **message.response_metadata}
        update = {"usage_metadata": message.usage_metadata or usage, "response_metadata": told}
        return message.model_copy(update=update)


def _row(message: BaseMessage) -> dict[str, Any]:
    row = plain(message)
    assert isinstance(row, dict)
    return row
