"""Calls of a simulated model, made where somebody pays for them."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.door import boundary
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.testing import SimulatedChat, Simulator


def at(cashier: Cashier) -> Any:
    """A place of its own: what is asked inside was never asked there before."""
    return boundary.scope(payer=cashier, turns=boundary.Scope().turns)


def chat(**settings: Any) -> SimulatedChat:
    """A model of a simulator with these settings."""
    return SimulatedChat(simulator=Simulator(**settings))
