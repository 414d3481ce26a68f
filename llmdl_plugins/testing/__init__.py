"""Models with a known truth and scripted ones, for tests without a network: the public names, lazily."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmdl_plugins.testing.chat import SimulatedChat, SimulatedFault
    from llmdl_plugins.testing.exchange import Reply
    from llmdl_plugins.testing.process import server_process
    from llmdl_plugins.testing.scripted import Call, ScriptedChat
    from llmdl_plugins.testing.settings import Settings
    from llmdl_plugins.testing.simulator import Simulator

_HOMES = {
    "Call": "scripted",
    "Reply": "exchange",
    "ScriptedChat": "scripted",
    "Settings": "settings",
    "SimulatedChat": "chat",
    "SimulatedFault": "chat",
    "Simulator": "simulator",
    "server_process": "process",
}

__all__ = [
    "Call",
    "Reply",
    "ScriptedChat",
    "Settings",
    "SimulatedChat",
    "SimulatedFault",
    "Simulator",
    "server_process",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
