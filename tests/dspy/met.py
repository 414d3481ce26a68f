"""A pytest plugin for suites of others: everything runs inside a run that pays, with a program's binding in force.

`-p met`; LLMDL_MET=0 leaves all that away.  LLMDL_OUTCOMES names the file that the outcomes are written to.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

_open = ExitStack()
_outcomes: dict[str, str] = {}


def pytest_configure(config: Any) -> None:
    if os.environ.get("LLMDL_MET") != "0":
        _enter()


def _enter() -> None:
    import dspy

    from llmdl_dspy.program import Program
    from llmdl_plugins.door import boundary
    from llmdl_plugins.run.budget import Budget
    from llmdl_plugins.run.cashier import Cashier
    from llmdl_plugins.run.ledger import Ledger
    from llmdl_plugins.run.meter import Meter

    _open.enter_context(boundary.door())
    _open.enter_context(boundary.scope(payer=Cashier(Ledger(), Meter(Budget()))))
    _open.enter_context(Program(dspy.Predict("question -> answer")).bound())


def pytest_unconfigure(config: Any) -> None:
    _open.close()
    if path := os.environ.get("LLMDL_OUTCOMES"):
        Path(path).write_text(json.dumps(_outcomes))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        _outcomes[report.nodeid] = report.outcome
