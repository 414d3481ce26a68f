"""What is spared while the door stands is not missed: the same is told to callbacks, and all is put back."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, chat_models

from llmdl_plugins import boundary
from llmdl_plugins.testing import ScriptedChat


class Told(BaseCallbackHandler):
    """Keeps what a model is said to be asked with."""

    def __init__(self) -> None:
        self.params: list[dict[str, Any]] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        self.params.append(kwargs["invocation_params"])


class Renamed(ScriptedChat):
    def dict(self, **_kwargs: Any) -> dict[str, Any]:
        return {"name": "of its own"}


class Plain(ScriptedChat):
    """Takes no run manager."""

    async def _agenerate(self, messages: Any, stop: Any = None, **kwargs: Any) -> Any:
        assert "run_manager" not in kwargs
        return super()._generate(messages, stop=stop)


async def told(model: BaseChatModel) -> tuple[str, Any]:
    handler = Told()
    said = await model.ainvoke("hi", config={"callbacks": [handler]}, stop=["."])
    return said.text, handler.params


@pytest.mark.parametrize("kind", [ScriptedChat, Renamed, Plain])
async def test_callbacks_are_told_the_same_with_the_door_open(kind: type[ScriptedChat]) -> None:
    bare = await told(kind(lambda messages, kwargs: "yes"))
    with boundary.door(), boundary.scope():
        assert await told(kind(lambda messages, kwargs: "yes")) == bare


async def test_a_method_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, signature = list[Any](), inspect.signature

    def counted(obj: Any, **kwargs: Any) -> Any:
        looked.append(obj)
        return signature(obj, **kwargs)

    with boundary.door(), boundary.scope():
        monkeypatch.setattr(inspect, "signature", counted)
        for _ in range(3):  # each with a model of its own
            await ScriptedChat(lambda messages, kwargs: "yes").ainvoke("hi")
    assert len(looked) == 1


def test_all_is_put_back() -> None:
    before = chat_models._signature_parameters, BaseChatModel._dict_for_compat
    with boundary.door():
        assert before != (chat_models._signature_parameters, BaseChatModel._dict_for_compat)
    assert before == (chat_models._signature_parameters, BaseChatModel._dict_for_compat)
