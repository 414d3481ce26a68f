"""What sort of thing a proposal moved: the ledger keeps names, and names say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmdl_plugins.parameter import Kind

_DEMOS = {"demos", "pool"}
_CHOICES = {"chosen", "select", "k"}

INSTRUCTIONS, OPTIONS = "instructions", "options"
FIXED, RETRIEVED = "fixed worked examples", "retrieved worked examples"


def kind_of_name(name: str) -> Kind:
    """The kind of a parameter of which only the name is known.

    >>> kind_of_name("route/retrieved/pool"), kind_of_name("route/chosen"), kind_of_name("route/system_prompt")
    ('demos', 'choice', 'text')
    """
    last = name.rpartition("/")[2]
    return "demos" if last in _DEMOS else "choice" if last in _CHOICES else "text"


def kind_of_value(name: str, value: Any) -> Kind:
    """The kind of a parameter by its value; a one-word text is told from an option by its name."""
    if isinstance(value, list):
        return "demos"
    if isinstance(value, str):
        return "choice" if kind_of_name(name) == "choice" and len(value.split()) == 1 else "text"
    return "choice"


def family(moved: Mapping[str, Kind]) -> str:
    """What a proposal tried, in words.

    >>> family({"route/chosen": "choice", "route/static/demos": "demos"})
    'fixed worked examples'
    """
    if demos := [name for name, kind in moved.items() if kind == "demos"]:
        return RETRIEVED if any(name.endswith("/pool") for name in demos) else FIXED
    return INSTRUCTIONS if "text" in moved.values() else OPTIONS
