"""Local models by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_local.named import named
from llmdl_plugins.errors import UnknownNameError


def test_a_gguf_file_is_named_by_its_path() -> None:
    assert named("models/my.gguf").model_path == Path("models/my.gguf")


def test_an_unknown_name_says_what_to_write() -> None:
    with pytest.raises(UnknownNameError, match="local:smollm2, or local:PATH"):
        named("gpt-7")
