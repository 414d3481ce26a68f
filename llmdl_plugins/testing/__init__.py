"""Models with a known truth and scripted ones, for tests without a network: the public names, lazily."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmdl_plugins.lazily import lazily

_HOME = {
    "Call": "scripted",
    "Reply": "exchange",
    "ScriptedChat": "scripted",
    "Settings": "settings",
    "SimulatedChat": "chat",
    "SimulatedFault": "chat",
    "Simulator": "simulator",
    "server_process": "process",
}

__all__ = [*_HOME]

if TYPE_CHECKING:
    from llmdl_plugins.testing.chat import SimulatedChat as SimulatedChat
    from llmdl_plugins.testing.chat import SimulatedFault as SimulatedFault
    from llmdl_plugins.testing.exchange import Reply as Reply
    from llmdl_plugins.testing.process import server_process as server_process
    from llmdl_plugins.testing.scripted import Call as Call
    from llmdl_plugins.testing.scripted import ScriptedChat as ScriptedChat
    from llmdl_plugins.testing.settings import Settings as Settings
    from llmdl_plugins.testing.simulator import Simulator as Simulator
else:
    __getattr__, __dir__ = lazily(__name__, _HOME)
