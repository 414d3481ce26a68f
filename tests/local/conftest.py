"""The pulled model for tests that need it, and a file that passes for a model in tests that don't."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_local import LocalChat
from llmdl_local.weights import default_model
from llmdl_plugins.errors import MissingExtraError


@pytest.fixture(scope="session")
def weights() -> Path:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install 'llmdl-plugins[local]'")
    try:
        return default_model()
    except MissingExtraError:
        pytest.skip("no local model: run: llmdl models pull")


@pytest.fixture
def chat(weights: Path) -> LocalChat:
    return LocalChat(model_path=weights, max_tokens=12, context=2048)


@pytest.fixture
def looks_like_a_model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF" + bytes(64))
    return path
