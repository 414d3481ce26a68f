"""A chat model, and what else an application brings, in a module that knows nothing of this package."""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.stores import InMemoryStore
from langchain_core.tools import tool
from pydantic import BaseModel, SecretStr


class Echoing(BaseChatModel):
    """Answers with all that it was asked; calls the first tool that it is offered, once."""

    prefix: str = "I heard"
    key: SecretStr | None = None

    @property
    def _llm_type(self) -> str:
        return "echoing"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=list(tools), **kwargs)

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> Any:
        said = AIMessage(f"{self.prefix} {len(messages)}: " + " | ".join(str(message.text) for message in messages))
        if kwargs.get("tools") and not any(message.type == "tool" for message in messages):
            name = kwargs["tools"][0]["function"]["name"]
            said = AIMessage("", tool_calls=[{"name": name, "args": {"word": "late"}, "id": "1", "type": "tool_call"}])
        return ChatResult(generations=[ChatGeneration(message=said)])


class Verdict(BaseModel):
    """A value to read out of an answer."""

    late: bool


@tool
def look_up(word: str) -> str:
    """Looks a word up."""
    return f"{word} means not on time"


class Late(BaseRetriever):
    """Finds one document."""

    def _get_relevant_documents(self, query: str, **kwargs: Any) -> list[Document]:
        return [Document(f"about {query}")]


def shout(state: Any) -> Any:
    return {"answer": state["question"].upper()}


store: InMemoryStore = InMemoryStore()
chain = RunnableLambda(shout)
