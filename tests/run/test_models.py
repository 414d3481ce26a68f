"""Models by name: what is missing is said in one line, whoever misses it."""

from __future__ import annotations

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
