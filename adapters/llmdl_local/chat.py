"""A GGUF model inside this process as a LangChain chat model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import BaseModel, Field

from llmdl_local import choosing, wire
from llmdl_local.engine import Engine, aengine, engine
from llmdl_local.server import Size, free_cores
from llmdl_local.structured import parser, response_format, with_raw
from llmdl_local.weights import checked_model, default_model
from llmdl_plugins.errors import MissingExtraError, MisuseError, did_you_mean

SETTINGS = ("temperature", "max_tokens", "seed", "stop", "logprobs", "top_logprobs", "choices", "prior")
METHODS = ("json_schema", "function_calling", "json_mode")


class LocalChat(BaseChatModel):
    """A chat model that runs in this process on llama.cpp; the file is loaded on the first call and shared.

    Every field below `servers` can also be given with a call or by `bind`, and so can `response_format` (or
    `json_schema`), `grammar`, `top_k`, `top_p`, `min_p`, `logit_bias` and the penalties.  Tool calling is not offered.

    Args:
        model_path: a GGUF file; without one, the model that `llmdl models pull` fetched.
        threads: threads a server computes with.
        slots: requests that a server works on side by side; one slot answers most reproducibly.
        context: tokens a slot can hold, prompt and answer together.
        servers: copies of the model that compute side by side; one a core, four at most, by default.
        temperature: 0 takes the most probable token.
        max_tokens: the longest answer.
        seed: of the sampler, where temperature is above 0.
        stop: texts that end the answer and are not part of it.
        logprobs: report the log-probability of each token in `response_metadata["logprobs"]`.
        top_logprobs: report that many alternatives for each token too.
        choices: answer with one of these texts; `response_metadata["scores"]` has the probability of each (`choosing`
            says what is measured).  The most probable is taken: temperature and stop have no part in it.  With
            `logprobs` each choice is listed as one token, as the layer `Score` reads it.
        prior: how probable each choice is before the question is read; scores are divided by it.

    Raises:
        MissingExtraError: xllamacpp or the default model is not installed.
        MisuseError: `model_path` names no GGUF file, or a call can't be carried out as written.
    """

    model_path: Path | None = None
    threads: int = Field(default=1, ge=1)
    slots: int = Field(default=1, ge=1)
    context: int = Field(default=4096, ge=64)
    servers: int = Field(default_factory=free_cores, ge=1)
    temperature: float = Field(default=0.0, ge=0)
    max_tokens: int = Field(default=256, ge=1)
    seed: int = 0
    stop: list[str] | None = None
    logprobs: bool = False
    top_logprobs: int | None = None
    choices: list[str] | None = None
    prior: dict[str, float] | None = None

    def model_post_init(self, context: Any, /) -> None:
        """Find the model now, so that what is missing is said before the first call."""
        super().model_post_init(context)
        if find_spec("xllamacpp") is None:
            raise MissingExtraError("LocalChat runs on xllamacpp: pip install 'llmdl-plugins[local]'.")
        self.model_path = checked_model(self.model_path or default_model())

    @property
    def model_name(self) -> str:
        """The file's name without its ending."""
        assert self.model_path is not None
        return self.model_path.stem

    @property
    def _llm_type(self) -> str:
        return "llmdl-local"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model": self.model_name, "context": self.context, **self._settings(None, {})}

    @property
    def _size(self) -> Size:
        return Size(str(self.model_path), self.threads, self.slots, self.context, self.servers)

    def _settings(self, stop: list[str] | None, given: Mapping[str, Any]) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in SETTINGS}
        return own | dict(wire.known(given)) | ({"stop": stop} if stop else {})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._answer(engine(self._size), messages, self._settings(stop, kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        running = await aengine(self._size)
        return await running.run(self._answer, running, messages, self._settings(stop, kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        settings, running = self._settings(stop, kwargs), engine(self._size)
        if settings["choices"]:
            yield _whole(self._choose(running, messages, settings))
            return
        with closing(running.stream(wire.request(messages, settings))) as pieces:
            for piece in pieces:
                if chunk := wire.chunk(piece, self.model_name):
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
        settings, running = self._settings(stop, kwargs), await aengine(self._size)
        if settings["choices"]:
            yield _whole(await running.run(self._choose, running, messages, settings))
            return
        async with aclosing(running.astream(wire.request(messages, settings))) as pieces:
            async for piece in pieces:
                if chunk := wire.chunk(piece, self.model_name):
                    if run_manager:
                        await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    def _answer(self, running: Engine, messages: list[BaseMessage], settings: Mapping[str, Any]) -> ChatResult:
        if settings["choices"]:
            return ChatResult(generations=[ChatGeneration(message=self._choose(running, messages, settings))])
        return wire.result(running.ask(wire.request(messages, settings)), self.model_name)

    def _choose(self, running: Engine, messages: list[BaseMessage], settings: Mapping[str, Any]) -> AIMessage:
        body = wire.request(messages, settings)
        scores, replies = choosing.choose(running.ask, body, settings["choices"], settings["prior"])
        return wire.chosen(scores, replies, self.model_name, settings["logprobs"])

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: str = "json_schema",
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """This model, answering with data that fits a schema; `max_tokens` must leave room for all of it.

        Args:
            schema: a pydantic class (answers are instances), a TypedDict or a JSON schema (answers are dicts).
            include_raw: answer with `{"raw", "parsed", "parsing_error"}` instead, and raise nothing.
            method: any name that LangChain has for one; here each lets the model write nothing but the schema.
            kwargs: settings of the call.

        Raises:
            MisuseError: an unknown method.
        """
        if method not in METHODS:
            raise MisuseError(f"No structured output by {method!r}.{did_you_mean(method, METHODS)}")
        kwargs.pop("strict", None)  # always strict
        about = {"kwargs": {"method": "json_schema"}, "schema": schema}
        model = self.bind(response_format=response_format(schema), ls_structured_output_format=about, **kwargs)
        reading = parser(schema)
        return with_raw(model, reading) if include_raw else model | reading


def _whole(message: AIMessage) -> ChatGenerationChunk:
    fields = message.model_dump(include={"content", "response_metadata", "usage_metadata"})
    return ChatGenerationChunk(message=AIMessageChunk(**fields, chunk_position="last"))
