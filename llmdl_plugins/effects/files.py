"""Writes: to which path, and whether it lies where the user lets the application write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from llmdl_plugins.effects.effect import Allowed, Effect

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEVICES = ("/dev/null", "/dev/zero", "/dev/tty", "/dev/stdout", "/dev/stderr", "/dev/ptmx")
_CACHE = "__pycache__"  # what Python itself keeps beside a module

# Event → where its arguments hold a path and the folder that it is relative to.
PATHS: dict[str, Sequence[tuple[int, int | None]]] = {
    "os.remove": [(0, 1)],
    "os.rmdir": [(0, 1)],
    "os.mkdir": [(0, 2)],
    "os.rename": [(0, 2), (1, 3)],
    "os.link": [(0, 2), (1, 3)],
    "os.symlink": [(1, 2)],
    "os.truncate": [(0, None)],
    "os.chmod": [(0, 2)],
    "os.chown": [(0, 3)],
    "os.utime": [(0, 3)],
    "os.setxattr": [(0, None)],
    "os.removexattr": [(0, None)],
}
_NAMES = ("os.remove", "os.rmdir", "os.mkdir", "os.rename", "os.symlink")


def opened(args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """`open`: a path, a mode and flags; a number is a file that is open already."""
    path, _, flags = args
    if isinstance(path, int) or not isinstance(flags, int) or not flags & _WRITES:
        return None
    return written(_absolute(path, None), allowed)


def changed(event: str, args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """Any event of `PATHS`."""
    for path in _paths(event, args):
        if _is_without_effect(event, path, allowed):
            continue
        if effect := written(path, allowed, event.removeprefix("os.")):
            return effect
    return None


def written(path: Path, allowed: Allowed, how: str = "write") -> Effect | None:
    """The effect of a write to a path; None where it is allowed."""
    if str(path) in _DEVICES or _CACHE in path.parts or is_inside(path, [*allowed.folders, *allowed.ours]):
        return None
    return Effect(f"{how} {path}", f"--allow-write {path if path.is_dir() else path.parent}")


def is_inside(path: Path, folders: Sequence[str]) -> bool:
    """Whether a path is one of these folders or lies in one."""
    return any(path.is_relative_to(folder) for folder in folders)


def _paths(event: str, args: tuple[Any, ...]) -> Iterator[Path]:
    for at, folder in PATHS[event]:
        relative_to = args[folder] if folder is not None and len(args) > folder else None
        yield _absolute(args[at], relative_to, event not in _NAMES)


def _is_without_effect(event: str, path: Path, allowed: Allowed) -> bool:
    """What the operating system refuses by itself, and a way to a folder that may be written to."""
    if event == "os.mkdir":
        return path.is_dir() or any(Path(f).is_relative_to(path) for f in [*allowed.folders, *allowed.ours])
    return event == "os.remove" and not os.path.lexists(path)


def _absolute(path: Any, folder: Any, followed: bool = True) -> Path:
    """Where a path leads; where the name itself is changed, it is not followed to what it links to."""
    if isinstance(path, int):
        return _of_descriptor(path)
    base = _of_descriptor(folder) if isinstance(folder, int) and folder >= 0 else Path.cwd()
    whole = base / os.fsdecode(path)
    return Path(os.path.realpath(whole)) if followed else Path(os.path.realpath(whole.parent)) / whole.name


def _of_descriptor(number: int) -> Path:
    try:
        return Path(os.readlink(f"/proc/self/fd/{number}"))
    except OSError:  # no such thing on macOS
        return Path(f"/dev/fd/{number}")
