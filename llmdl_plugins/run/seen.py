"""What an application sent for its first rows, as plain data: other processes find the same prompts without a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from llmdl_plugins.errors import MisuseError, RunFolderError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import plain
from llmdl_plugins.run.folder import RunFolder, refuse_link
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


def read(folder: RunFolder) -> dict[str, Any] | None:
    """What was seen in the run of a folder; None where nothing was.

    Raises:
        RunFolderError: the file is damaged, or leads out of the folder.
    """
    refuse_link(folder.path / FILE)
    if (found := folder.read(FILE)) is None:
        return None
    try:
        rows, modules, network = found["rows"], found["modules"], found["network"]
        whole = [Tape.from_json(tape, {}) for tape in found["tapes"]]
        is_sound = (
            isinstance(network, str) and isinstance(rows, list) and all(isinstance(name, str) for name in modules)
        )
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        is_sound, whole, rows = False, [], []
    if not is_sound or len(whole) != len(rows):
        raise RunFolderError(
            f"{folder.path / FILE} is damaged, and tells by what the prompts were found: train in another folder."
        )
    return dict(found)


def as_seen(network: Network, seen: Mapping[str, Any] | None) -> Network:
    """The network with what was seen; itself, where nothing was.

    Raises:
        MisuseError: a module that held some of it can't be imported.
        RunFolderError: a module is named that the application itself does not name.
    """
    if not seen:
        return network
    late = [*seen["modules"]]
    # What one of them names may be known only when it is there.
    while named := [name for name in late if network.imports(name)]:
        for name in named:
            _imported(name)
            late.remove(name)
    if late:
        raise RunFolderError(
            f"{FILE} names modules that the application itself does not import: {', '.join(late)}. Nothing of them was "
            "imported. Is this folder of another application? Train in another one."
        )
    return network.seen(seen["rows"], [Tape.from_json(tape, {}) for tape in seen["tapes"]])


def _imported(name: str) -> None:
    try:
        import_module(name)
    except Exception as error:
        raise MisuseError(f"{name}, which the application imports when it runs, can't be imported: {error}") from None


def learns(network: Network) -> bool:
    """Whether runs of its application tell a network more than its source does."""
    return type(network).seen is not Network.seen
