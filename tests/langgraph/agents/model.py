"""The model that every agent here talks to: it says what a function says, and keeps what it was asked."""

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field


class Scripted(BaseChatModel):
    say: Any
    calls: list[list[tuple[str, Any]]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools, **kwargs):
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _answer(self, messages) -> AIMessage:
        self.calls.append([(message.type, message.content) for message in messages])
        said = self.say(messages)
        return AIMessage(said) if isinstance(said, str) else said.model_copy()

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages))])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        answer = self._answer(messages)
        for word in answer.text.split(" ") if not answer.tool_calls else ():
            chunk = ChatGenerationChunk(message=AIMessageChunk(word + " "))
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
        if answer.tool_calls:
            yield ChatGenerationChunk(message=AIMessageChunk("", tool_calls=answer.tool_calls))


def _say(messages) -> str:
    return f"{len(messages)} messages, the last of {len(messages[-1].text)} characters"


model = Scripted(say=_say)
