"""A stand-in for a model that gives a recorded answer again, through the same callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, messages_from_dict
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from llmdl_plugins.door.answers import total_usage


class Recorded(BaseChatModel):
    """Stands in for a model and gives what that model gave before, through the same callbacks."""

    _model: BaseChatModel = PrivateAttr()
    _answer: Any = PrivateAttr()
    _turn: int = PrivateAttr(default=0)

    @classmethod
    def of(cls, model: BaseChatModel, answer: Any) -> Recorded:
        """A stand-in for this model with this recorded answer."""
        kind = _RecordedStream if "chunks" in answer else Recorded
        stand_in = kind(
            cache=False, callbacks=model.callbacks, tags=model.tags, metadata=model.metadata, verbose=model.verbose
        )
        stand_in._model, stand_in._answer = model, answer
        return stand_in

    @property
    def _llm_type(self) -> str:
        return self._model._llm_type

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return self._model._identifying_params

    @property
    def _serialized(self) -> dict[str, Any]:
        return self._model._serialized

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        return self._model._get_ls_params(stop=stop, **kwargs)

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        row = self._answer["generations"][self._turn]
        self._turn += 1
        return _result(row, self._answer["llm_output"])

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return self._generate(messages)


class _RecordedStream(Recorded):
    """The same for an answer that came in chunks."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        for chunk in _chunks(self._answer["chunks"]):
            yield ChatGenerationChunk(message=chunk)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._stream():
            yield chunk


def can_be_given(answer: Any) -> bool:
    """Whether a recorded answer can be given again; one that somebody edited may not."""
    try:
        usage = total_usage(answer)
        if "chunks" in answer:
            _chunks(answer["chunks"])
        elif "generations" in answer:
            given = [_result(row, answer["llm_output"]) for row in answer["generations"]]
            assert given and all(result.generations for result in given)
        return usage is None or all(isinstance(usage[name], int | float) for name in ("input", "output"))
    except Exception:  # whatever a message makes of what it is given
        return False


def _result(row: Any, llm_output: Any) -> ChatResult:
    generations = [
        ChatGeneration(message=messages_from_dict([g["message"]])[0], generation_info=g["info"]) for g in row
    ]
    return ChatResult(generations=generations, llm_output=llm_output)


def _chunks(rows: Any) -> list[AIMessageChunk]:
    chunks = messages_from_dict(rows)
    assert all(isinstance(chunk, AIMessageChunk) for chunk in chunks)
    return chunks  # type: ignore[return-value]
