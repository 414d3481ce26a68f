"""Models by name: what is missing is said in one line, whoever misses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_plugins.errors import MissingExtraError, MisuseError
from llmdl_plugins.run.models import chat_model


def test_a_model_without_a_key_is_named_with_what_its_package_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MisuseError, match=r"'openai:gpt-5-mini' could not be made: OpenAIError: .*OPENAI_API_KEY"):
        chat_model("openai:gpt-5-mini")


def test_a_provider_whose_package_is_missing_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"'mistralai:small' needs a package that is not installed"):
        chat_model("mistralai:small")


def test_a_name_without_a_provider_is_refused_with_an_example() -> None:
    with pytest.raises(MisuseError, match=r"names no provider.*openai:gpt-5-mini"):
        chat_model("gpt-5-mini")


MODELS = """
from langchain_core.language_models import FakeListChatModel

class Mine(FakeListChatModel):
    responses: list[str] = ["made by its class"]

ready = FakeListChatModel(responses=["ready"])
def make():
    return FakeListChatModel(responses=["made"])
def nothing():
    return None
nobody = 3
"""


def test_a_model_is_named_where_it_stands_in_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "models_of_a_house.py"
    file.write_text(MODELS)
    monkeypatch.syspath_prepend(tmp_path)
    for name, said in (("ready", "ready"), ("make", "made"), ("Mine", "made by its class")):
        assert chat_model(f"{file}:{name}").invoke("Who?").text == said
    for name, said in (("nothing", "NoneType is no chat model"), ("nobody", "int is no chat model")):
        with pytest.raises(MisuseError, match=said):
            chat_model(f"{file}:{name}")
    with pytest.raises(MisuseError, match=r"There is no model .*: there is no 'redy'. Did you mean 'ready'"):
        chat_model(f"{file}:redy")
    with pytest.raises(MisuseError, match="There is no model 'no.such.module:model'"):
        chat_model("no.such.module:model")
