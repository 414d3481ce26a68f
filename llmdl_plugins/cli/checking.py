"""The promises of one plugin, tried in a process of its own with a time limit."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OK, FAIL, SKIP = "ok", "FAIL", "skip"


@dataclass(frozen=True)
class Promise:
    """One promise in words, and why it is not kept or was not tried."""

    words: str
    why: str = ""
    given: str = ""

    @property
    def state(self) -> str:
        """ "ok", "FAIL" or "skip"."""
        return self.given or (FAIL if self.why else OK)

    def __str__(self) -> str:
        line = f"{self.state:<4}  {self.words}"
        return f"{line}\n      {self.why}" if self.why else line


def conformance(name: str, limit: float) -> list[Promise]:
    """The cases of each kind, run by pytest; none where there are none.

    Args:
        name: of an installed plugin, or the path of a file.
        limit: seconds for all of them.
    """
    if find_spec("pytest") is None:
        return [Promise("it keeps the promises of its kinds", "pytest is not installed: pip install pytest", SKIP)]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        command = [sys.executable, "-P", "-m", "llmdl_plugins.testing.conformance", name, str(report)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL)
            ended = "" if done.returncode in (0, 1) else (done.stderr or done.stdout).strip().rpartition("\n")[2]
        except subprocess.TimeoutExpired:
            ended = f"the cases took more than {limit:g} s (--limit)"
        found = _read(report)
    return [*found, Promise("all of its cases end", ended)] if ended else found


def _read(report: Path) -> list[Promise]:
    lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    told = [json.loads(line) for line in lines]
    return [Promise(one["promise"], one["why"], one["state"]) for one in told]


def summary(found: Sequence[Promise]) -> str:
    """How many are kept, in one line.

    >>> summary([Promise("a"), Promise("b", "no")])
    '1 kept, 1 broken'
    """
    counts = Counter(one.state for one in found)
    words = {OK: "kept", FAIL: "broken", SKIP: "not tried"}
    return ", ".join(f"{counts[state]} {word}" for state, word in words.items() if counts[state])
