"""A local model by the name that follows `local:`."""

from __future__ import annotations

from pathlib import Path

from llmdl_local.chat import LocalChat
from llmdl_plugins.errors import UnknownNameError

DEFAULT = "smollm2"


def named(name: str) -> LocalChat:
    """`smollm2`, or the path of a GGUF file.

    Raises:
        UnknownNameError: neither.
    """
    if name in ("", DEFAULT):
        return LocalChat()
    if name.endswith(".gguf"):
        return LocalChat(model_path=Path(name))
    raise UnknownNameError(f"No local model {name!r}: write local:{DEFAULT}, or local:PATH of a GGUF file.")
