"""What became of each promise, as lines of JSON while pytest goes on: whoever waits sees how far it came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TextIO

import pytest

from llmdl_plugins.plugins.kinds import one
from llmdl_plugins.testing.conformance.case import Case, first_sentence

_HERE = str(Path(__file__).parent)


class Telling:
    """A plugin of pytest that writes "promise", "state" ("ok", "FAIL", "skip") and "why" of each check."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
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
        told = {"promise": self._promises[report.nodeid], "state": state, "why": _why(report)}
        print(json.dumps(told), file=self.out, flush=True)


def _why(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr or "")
    where = "" if crash.path.startswith(_HERE) else f" ({Path(crash.path).name}, line {crash.lineno})"
    message = crash.message.removeprefix("AssertionError: ").removeprefix("Failed: ")
    return " ".join(message.split()) + where
