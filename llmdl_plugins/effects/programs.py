"""Programs and processes that are started."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence
from typing import Any

from llmdl_plugins.effects.effect import Allowed, Effect, matches

# Asked by the standard library and by HTTP clients what machine this is; they change nothing.
_ASKING = ("uname", "lsb_release", "ldconfig", "getconf")
_TRACKER = "multiprocessing.resource_tracker"  # cleans up after locks; libraries start it at import


def _command(args: Any) -> list[str]:
    if isinstance(args, str | bytes | os.PathLike):
        return [os.fsdecode(args)]
    return [os.fsdecode(a) for a in args or ()]


# Event → the program and its arguments.
STARTS: dict[str, Callable[[tuple[Any, ...]], tuple[Any, Any]]] = {
    "subprocess.Popen": lambda args: (args[0], args[1]),
    "os.system": lambda args: ("sh", ["sh", "-c", args[0]]),
    "os.exec": lambda args: (args[0], args[1]),
    "os.posix_spawn": lambda args: (args[0], args[1]),
    "os.spawn": lambda args: (args[1], args[2]),
    "os.fork": lambda args: ("fork", ["fork"]),
    "os.forkpty": lambda args: ("fork", ["fork"]),
    "pty.spawn": lambda args: (args[0][0], args[0]),
    "os.startfile": lambda args: (args[0], [args[0]]),
    "llmdl.fork_exec": lambda args: (args[0][0], args[0]),
}


def started(event: str, args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """Any event of `STARTS`."""
    program, arguments = STARTS[event](args)
    command = _command(arguments)
    name = os.path.basename(os.fsdecode(program or command[0]))
    if name in _ASKING or any(_TRACKER in a for a in command) or matches(name, allowed.programs):
        return None
    return Effect(f"run {_shown(command) or name}", f"--allow-program {name}")


def _shown(command: Sequence[str]) -> str:
    line = shlex.join(command)
    return line if len(line) <= 200 else f"{line[:200]}…"
