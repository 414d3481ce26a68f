"""A chat model over HTTP that is imported quickly, and a chain of two prompts on it."""

import os
from typing import Any

import httpx
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from llmdl_plugins import Prompt, Sequential

_ROLES = {"human": "user", "ai": "assistant"}
_client = httpx.Client(trust_env=False, timeout=60, limits=httpx.Limits(max_connections=None))


class PlainChat(BaseChatModel):
    """Asks the server that OPENAI_BASE_URL names."""

    model: str = "mock"

    @property
    def _llm_type(self) -> str:
        return "plain"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        rows = [{"role": _ROLES.get(m.type, m.type), "content": m.content} for m in messages]
        url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
        said = _client.post(url, json={"model": self.model, "messages": rows}).raise_for_status().json()
        used = said["usage"]
        usage = {
            "input_tokens": used["prompt_tokens"],
            "output_tokens": used["completion_tokens"],
            "total_tokens": used["total_tokens"],
        }
        message = AIMessage(said["choices"][0]["message"]["content"], usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


chain = Sequential(
    Prompt(PlainChat(), "Pass the ticket on.", "question", "note"),
    Prompt(PlainChat(), "Answer with the number only.", "question", "answer"),
)
