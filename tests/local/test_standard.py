"""LangChain's own conformance suites for chat models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from llmdl_local import LocalChat

pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install 'llmdl-plugins[local]'")


class TestWithoutAModel(ChatModelUnitTests):
    @pytest.fixture(autouse=True)
    def _file(self, looks_like_a_model: Path) -> None:
        self._path = looks_like_a_model

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChat

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model_path": self._path}

    @property
    def supports_model_override(self) -> bool:
        return False  # one object, one file


@pytest.mark.long
@pytest.mark.usefixtures("weights")
class TestWithTheModel(ChatModelIntegrationTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LocalChat

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"context": 2048, "max_tokens": 96}

    @property
    def supports_model_override(self) -> bool:
        return False
