"""Which code is the user's own, neither ours nor a library's, and where in it an error was raised."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from traceback import walk_tb
from types import FrameType

_OTHERS = ("<", *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def is_theirs(frame: FrameType) -> bool:
    """Whether this is a line of the user's own code."""
    module = str(frame.f_globals.get("__name__"))
    return not frame.f_code.co_filename.startswith(_OTHERS) and not module.startswith("llmdl_")


def line(error: BaseException) -> str:
    """The last line of theirs that was at work, as " (agent.py, line 3)"; empty where there is none."""
    lines = [(f.f_code.co_filename, number) for f, number in walk_tb(error.__traceback__) if is_theirs(f)]
    return f" ({Path(lines[-1][0]).name}, line {lines[-1][1]})" if lines else ""
