"""What an application sent for its first rows, as plain data: other processes find the same prompts without a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import plain
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.tape import Tape

FILE = "seen.json"


def told(network: Network, rollouts: Sequence[Rollout]) -> dict[str, Any]:
    """What these rollouts of the untouched application sent, and what it was given and answered."""
    return {
        "network": network.fingerprint,
        "modules": network.late_modules(),
        "rows": [plain(vars(rollout.example)) for rollout in rollouts],
        "tapes": [_calls_of(rollout.tape).json({}) for rollout in rollouts],
    }


def _calls_of(tape: Tape) -> Tape:
    """The tape without the states between its steps."""
    return Tape([replace(step, inputs=None, outputs=None, fed_by=[]) for step in tape.steps])


def as_seen(network: Network, seen: Mapping[str, Any] | None) -> Network:
    """The network with what was seen; itself, where nothing was.

    Raises:
        MisuseError: a module that held some of it can't be imported.
    """
    if not seen:
        return network
    for name in seen["modules"]:
        try:
            import_module(name)
        except Exception as error:
            raise MisuseError(
                f"{name}, which the application imports when it runs, can't be imported: {error}"
            ) from None
    return network.seen(seen["rows"], [Tape.from_json(tape, {}) for tape in seen["tapes"]])


def learns(network: Network) -> bool:
    """Whether runs of its application tell a network more than its source does."""
    return type(network).seen is not Network.seen
