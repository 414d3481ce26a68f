"""A run that pays, for tests of doors: a ledger, a meter, and scopes in which calls are looked up and counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llmdl_plugins.door import boundary
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.receipts import Receipt, receipts


class Run:
    """A run whose scopes all start as the same rollout would."""

    def __init__(self, ledger: Ledger, **limits: float) -> None:
        self.ledger, self.meter = ledger, Meter(Budget(**limits))
        self.cashier = Cashier(ledger, self.meter)

    @contextmanager
    def rollout(self, **changes: Any) -> Iterator[list[Receipt]]:
        turns: Any = boundary.Scope().turns
        with boundary.door(), boundary.scope(**{"payer": self.cashier, "turns": turns, **changes}), receipts() as kept:
            yield kept

    @property
    def calls(self) -> tuple[int, float]:
        return self.meter.spent.calls, self.ledger.totals()["calls"]

    @property
    def failures(self) -> float:
        self.ledger.add_event("written", None).result()
        return self.ledger.totals()["failures"]
