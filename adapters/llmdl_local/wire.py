"""Between LangChain and llama.cpp: messages and settings to a request, a reply to a message."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata, add_usage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from llmdl_local.server import Body, Reply
from llmdl_plugins.errors import MisuseError, did_you_mean

OURS = ("choices", "prior", "stream")
SENT = (
    *("temperature", "max_tokens", "seed", "stop", "logprobs", "top_logprobs", "response_format", "json_schema"),
    *("grammar", "top_k", "top_p", "min_p", "presence_penalty", "frequency_penalty", "repeat_penalty", "logit_bias"),
)


def known(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same settings, once every name is one that has an effect.

    Raises:
        MisuseError: a name that llama.cpp would ignore in silence.
    """
    for name in settings:
        if name not in SENT and name not in OURS:
            raise MisuseError(f"LocalChat has no setting {name!r}.{did_you_mean(name, (*SENT, *OURS))}")
    return settings


def request(messages: Sequence[BaseMessage], settings: Mapping[str, Any]) -> Body:
    """The body of a chat request; a setting that is None or False is left out."""
    body = {
        name: value for name, value in settings.items() if name in SENT and value is not None and value is not False
    }
    if body.get("top_logprobs"):
        body["logprobs"] = True
    return body | {"messages": convert_to_openai_messages(messages, text_format="string"), "cache_prompt": True}


def result(reply: Reply, model: str) -> ChatResult:
    """A whole reply as a chat result, with usage, finish reason, timings and log-probabilities where asked for."""
    choice = reply["choices"][0]
    about = {"model_name": model, "timings": reply.get("timings"), **_about(choice)}
    content = choice["message"].get("content") or ""
    message = AIMessage(content=content, response_metadata=about, usage_metadata=usage(reply["usage"]))
    return ChatResult(generations=[ChatGeneration(message=message)])


def chosen(scores: Mapping[str, float], replies: Sequence[Reply], model: str, logprobs: bool = False) -> AIMessage:
    """The most probable choice as a message, with all scores and what the requests behind them used.

    Args:
        logprobs: tell the scores once more as a provider tells log-probabilities, each choice as one token.
    """
    about = {"model_name": model, "finish_reason": "stop", "scores": dict(scores), "requests": len(replies)}
    if logprobs:
        listed = sorted(((math.log(p), choice) for choice, p in scores.items() if p), reverse=True)
        tokens = [{"token": choice, "logprob": logprob} for logprob, choice in listed]
        about["logprobs"] = {"content": [tokens[0] | {"top_logprobs": tokens}]}
    used = reduce(add_usage, (usage(reply["usage"]) for reply in replies))
    return AIMessage(content=max(scores, key=scores.__getitem__), response_metadata=about, usage_metadata=used)


def chunk(piece: Reply, model: str) -> ChatGenerationChunk | None:
    """One streamed piece as a chunk; None where it carries nothing (the piece that only names the role)."""
    if tokens := piece.get("usage"):
        about = {"timings": piece.get("timings")}
        last = AIMessageChunk(content="", usage_metadata=usage(tokens), response_metadata=about, chunk_position="last")
        return ChatGenerationChunk(message=last)
    choice = piece["choices"][0]
    about, content = _about(choice), choice["delta"].get("content") or ""
    if "finish_reason" in about:
        about["model_name"] = model
    if not content and not about:
        return None
    return ChatGenerationChunk(message=AIMessageChunk(content=content, response_metadata=about))


def usage(tokens: Mapping[str, Any]) -> UsageMetadata:
    """Tokens paid, and how many of the prompt's came from the cache."""
    cached = (tokens.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return UsageMetadata(
        input_tokens=tokens["prompt_tokens"],
        output_tokens=tokens["completion_tokens"],
        total_tokens=tokens["total_tokens"],
        input_token_details=InputTokenDetails(cache_read=cached),
    )


def _about(choice: Reply) -> dict[str, Any]:
    return {name: choice[name] for name in ("finish_reason", "logprobs") if choice.get(name)}
