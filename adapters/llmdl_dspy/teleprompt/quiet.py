"""Keeps what DSPy prints, and the bars that it draws, out of the output; its warnings are told to who watches."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import dspy
from tqdm import tqdm

MARK = "llmdl_quiet"
_SHOWN = 300


@contextlib.contextmanager
def quiet(say: Callable[[str], None]) -> Iterator[None]:
    """Inside, threads of DSPy print nothing; everybody else prints as ever."""
    handler, logger, watch = _Told(say), logging.getLogger("dspy"), tqdm.monitor_interval
    logger.addHandler(handler)
    tqdm.monitor_interval = 0  # no thread of its own that draws
    out, err = _Apart(sys.stdout), _Apart(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            yield
        finally:
            out.over = err.over = True
            tqdm.monitor_interval = watch
            logger.removeHandler(handler)


@contextlib.contextmanager
def studies_quiet() -> Iterator[None]:
    """Inside, Optuna tells of no trial; MIPROv2 would leave it so."""
    from optuna import logging as told

    before = told.get_verbosity()
    told.set_verbosity(told.WARNING)
    try:
        yield
    finally:
        told.set_verbosity(before)


class _Apart:
    """A stream that takes nothing from threads of DSPy: `dspy.context` reaches them, our own variables don't.

    Bars that were cut off draw themselves once more when they are thrown away, whenever that is: `over` stops them.
    """

    def __init__(self, stream: Any) -> None:
        self._stream, self.over = stream, False

    def write(self, text: str) -> int:
        if dspy.settings.get(MARK) or (self.over and (text == "\n" or text.startswith("\r"))):
            return len(text)
        return int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Told(logging.Handler):
    """Tells each warning once."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._say, self._known = say, set[str]()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()[:_SHOWN]
        if dspy.settings.get(MARK) and text not in self._known:
            self._known.add(text)
            self._say(f"warning: dspy: {text}")
