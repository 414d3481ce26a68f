"""Local models by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_local.named import named
from llmdl_plugins.errors import MisuseError, UnknownNameError


def test_a_gguf_file_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "my.gguf").write_bytes(b"GGUF, for what the constructor looks at")
    assert named(str(tmp_path / "my.gguf")).model_path == tmp_path / "my.gguf"


def test_a_file_that_is_not_there_says_how_to_see_what_is(tmp_path: Path) -> None:
    with pytest.raises(MisuseError, match="llmdl models list"):
        named(str(tmp_path / "none.gguf"))


def test_an_unknown_name_says_what_to_write() -> None:
    with pytest.raises(UnknownNameError, match="local:smollm2, or local:PATH"):
        named("gpt-7")
