"""What became of each promise, as lines of JSON while pytest goes on: whoever waits sees how far it came."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, TextIO

import pytest

from llmdl_plugins.plugins.kinds import one
from llmdl_plugins.testing.conformance.case import Case, first_sentence

_HERE = str(Path(__file__).parent)


class Telling:
    """A plugin of pytest that writes "promise", "state" ("ok", "FAIL", "skip") and "why" of each check.

    Args:
        root: the file or folder of what is checked: faults are placed there.
    """

    def __init__(self, out: TextIO, root: Path) -> None:
        self.out, self.root = out, str(root.resolve())
        self._promises: dict[str, str] = {}

    def pytest_itemcollected(self, item: Any) -> None:
        """Know its promise in words."""
        case: type[Case] = item.cls
        self._promises[item.nodeid] = f"{one(case.kind)} {case.name!r}: {first_sentence(item.function)}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write what became of it."""
        if report.when != "call" and report.passed:
            return
        state = "FAIL" if report.failed else "skip" if report.skipped else "ok"
        told = {"promise": self._promises[report.nodeid], "state": state, "why": _why(report, self.root)}
        print(json.dumps(told), file=self.out, flush=True)


def _why(report: pytest.TestReport, root: str) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr or "")
    where = "" if crash.path.startswith(_HERE) else f" ({_place(report.longrepr, root)})"
    message = re.sub(r"^(AssertionError|Failed|llmdl_plugins\.errors\.\w+): ", "", crash.message)
    return "; ".join(line.strip() for line in message.splitlines() if line.strip()) + where


def _place(shown: Any, root: str) -> str:
    """The last line of the plugin that was at work, if there is one, or else where it was raised."""
    passed = [entry.reprfileloc for traceback, *_ in shown.chain for entry in traceback.reprentries]
    theirs = [at for at in passed if str(Path(at.path).resolve()).startswith(root)]
    at = [shown.reprcrash, *theirs][-1]
    return f"{Path(at.path).name}, line {at.lineno}"
