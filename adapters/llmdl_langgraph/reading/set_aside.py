"""What of a project holds no prompts, whatever it says: runs, copies, recordings for tests, what git ignores."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from llmdl_plugins.effects import guard

SECONDS = 10.0

_OF_A_RUN = ("ledger.db", "config.json")
_OF_TESTS = {"test", "tests", "fixtures", "cassettes", "snapshots", "__snapshots__", "testdata"}


def holds_no_prompts(folder: Path, named: Collection[str], code: Mapping[Path, Path]) -> bool:
    """Whether a folder is that of a run, or for tests or a copy of the code where no code lies in it or names it.

    Args:
        folder: the folder.
        named: the texts that the code quotes.
        code: the files of the code, each with its path from the folder that it is imported from.
    """
    if all((folder / name).exists() for name in _OF_A_RUN):
        return True
    if folder.name in named or any(file.is_relative_to(folder) for file in code):
        return False
    return folder.name in _OF_TESTS or any((folder / place).is_file() for place in code.values())


def ignored(root: Path, files: Collection[Path], code: Collection[Path]) -> set[Path]:
    """Those of the files that git ignores; none where it isn't there, or ignores the code as well.

    Args:
        root: the folder of the project.
        files: the files.
        code: the files of the code.
    """
    told = _ignored(root, [*files, *code]) if files else set()
    return set() if told.intersection(code) else told


def _ignored(root: Path, files: Iterable[Path]) -> set[Path]:
    asked = "\0".join(map(str, files))
    command = ["git", "-C", str(root), "check-ignore", "-z", "--stdin"]
    try:
        with guard.ours():
            done = subprocess.run(command, input=asked.encode(), capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return {Path(name) for name in done.stdout.decode().split("\0") if name}
