"""Requests to chat models and their answers as plain JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from operator import add
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
    message_to_dict,
)
from langchain_core.outputs import ChatGeneration, LLMResult

from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.plain import JSON, MESSAGE_FIELDS, clean, plain, written
from llmdl_plugins.secrets.fields import is_private

TELLING_ONLY = {"callbacks", "tags", "metadata", "run_name", "run_id", "ls_structured_output_format"}
_OWN = {AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage}
_CACHED = (("cached", "cache_read"), ("written", "cache_creation"))


def settings_of(held: Mapping[str, Any]) -> JSON:
    """The settings of a model as plain JSON, without secrets: what is the same as before is not gone through again."""
    told = written(held)
    return without_secrets(plain(held)) if told is None else _settings(told)


@lru_cache(64)
def _settings(told: bytes) -> JSON:
    return without_secrets(json.loads(told))


def without_secrets(settings: JSON) -> JSON:
    """Settings without keys, passwords and addresses, at any depth."""
    if isinstance(settings, dict):
        return {k: without_secrets(v) for k, v in settings.items() if not is_private(k)}
    return [without_secrets(v) for v in settings] if isinstance(settings, list) else settings


def of_request(options: Mapping[str, Any]) -> dict[str, JSON]:
    """The options of a call that belong to what is asked, as plain JSON.

    Who listens does not, nor with which key it is sent where.
    """
    return {clean(k): plain(v) for k, v in options.items() if k not in TELLING_ONLY and not is_private(k)}


def told(message: BaseMessage) -> JSON:
    """A message as it matters to a model and to a reader: no ids, no provider metadata; the same as `plain` tells."""
    # Every message of every call comes here, and asking a message for a field that it has not is slow.
    held, content = message.__dict__, message.content
    said: dict[str, JSON] = {
        "type": message.type,
        "content": content if type(content) is str and content.isascii() else plain(content),
    }
    for key in MESSAGE_FIELDS:
        if key in held and (given := held[key]):
            said[key] = plain(given)
    return said


def usage(message: Any) -> dict[str, int] | None:
    """Tokens in and out, or None where the model doesn't say."""
    given = getattr(message, "usage_metadata", None)
    return {"input": given["input_tokens"], "output": given["output_tokens"]} if given else None


def total_usage(answer: Any) -> dict[str, int] | None:
    """Tokens of a recorded answer, or None where none of its messages says; of the input, those of a cache if any.

    Of several generations for one request each says what all took.  An answer that is no LangChain message says it
    under "usage".
    """
    if "usage" in answer:
        return answer["usage"]  # type: ignore[no-any-return]
    rows = answer.get("chunks") or [g["message"] for row in answer["generations"] for g in row[:1]]
    given = [u for m in rows if (u := (m.get("data") or {}).get("usage_metadata"))]
    if not given:
        return None
    told = {"input": sum(u["input_tokens"] for u in given), "output": sum(u["output_tokens"] for u in given)}
    return told | {name: n for name, key in _CACHED if (n := sum(_detail(u, key) for u in given))}


def _detail(usage: Any, key: str) -> int:
    return int((usage.get("input_token_details") or {}).get(key) or 0)


def encode(result: LLMResult) -> JSON:
    """A whole answer as plain JSON.

    Raises:
        InfrastructureError: there is nothing in it.
    """
    if not all(result.generations):
        raise InfrastructureError("The server answered without a single choice.")
    return {
        "generations": [[_encode_generation(g) for g in row] for row in result.generations],
        "llm_output": plain(result.llm_output),
    }


def _encode_generation(generation: Any) -> JSON:
    return {"message": _whole(generation.message), "info": plain(generation.generation_info)}


def _whole(message: BaseMessage) -> JSON:
    """`message_to_dict` as plain JSON; of messages that nobody has written anew without a copy in between."""
    if type(message) not in _OWN:
        return plain(message_to_dict(message))
    return {"type": message.type, "data": plain({**vars(message), **(message.__pydantic_extra__ or {})})}


def encode_chunks(chunks: Sequence[BaseMessage]) -> JSON:
    """A streamed answer as plain JSON, chunk by chunk; a model that doesn't stream gives its message in one piece."""
    if len(chunks) == 1 and not isinstance(chunks[0], AIMessageChunk):
        return {"generations": [[{"message": _whole(chunks[0]), "info": None}]], "llm_output": None}
    return {"chunks": [_whole(c) for c in chunks]}


def joined(chunks: Sequence[Any]) -> LLMResult:
    """A streamed answer as one result."""
    if not chunks:
        return LLMResult(generations=[[]])
    return LLMResult(generations=[[ChatGeneration(message=reduce(add, chunks))]])
