"""Every error that this package raises.

LlmdlError
├── MisuseError            the request can't be carried out as written (exit code 2)
│   ├── TargetError        no such application, or not one that an adapter knows
│   ├── DataError          a row, a file or a split is wrong
│   ├── ParameterError     unknown name, lost slot, frozen parameter
│   ├── UnknownNameError   no plugin offers this name
│   ├── BudgetError        unreadable budget, or one that can't hold the sealed test
│   ├── RunFolderError     the folder holds another run, or none that can be read
│   ├── PluginError        a plugin that was asked for can't be used
│   ├── MissingExtraError  an optional dependency or a model is not there
│   ├── RefusedError       the server of a model refuses every call: wrong key, no such model, no money
│   └── SideEffect         the application was about to act on the world outside, and nobody has allowed it
├── LockedError            another owner is at the run folder (exit code 75)
├── LedgerError            what a run keeps could not be written to disk, or read from it (exit code 74)
├── WorkerError            a worker process could not be started, or made something else of the application
├── NotVerifiedError       an exported application does not send what the trained one sends
├── UnboundCallError       a model call escaped its run: it can't be scored
├── RolloutError           this one run of the application can't go on: it is an error of the row
│   ├── ToolMissError      a tool that is only replayed was asked something new
│   ├── UnansweredError    the application asked, and the row has no answer
│   └── OvertimeError      the application took too long, without waiting for a model
└── InfrastructureError    the model could not be reached often enough to go on (exit code 69)

Stopped is no error: it ends a run in an orderly way, and foreign code must not swallow it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_TELLING = 3  # letters of which a part of a name has to be


class LlmdlError(Exception):
    """Base of all errors of this package; the message says what to do next."""

    exit_code = 1


class MisuseError(LlmdlError):
    """The request can't be carried out as it was written."""

    exit_code = 2


class TargetError(MisuseError):
    """The application could not be loaded, or no adapter knows it."""


class DataError(MisuseError):
    """A row, a file or a split is wrong."""


class ParameterError(MisuseError):
    """An unknown parameter, a value that it can't take, or a frozen one."""


class UnknownNameError(MisuseError):
    """No installed plugin offers this name."""


class BudgetError(MisuseError):
    """The budget can't be read, or can't hold the sealed test."""


class RunFolderError(MisuseError):
    """The run folder belongs to another run, is damaged, or can't be one."""


class PluginError(MisuseError):
    """A plugin that was asked for by name or file can't be used."""


class MissingExtraError(MisuseError):
    """An optional dependency or a model file is not installed."""


class RefusedError(MisuseError):
    """The server of a model refuses every call: the key is wrong, there is no such model, or the account can't pay."""


class SideEffect(MisuseError):
    """The application was about to act on the world outside; it was kept from it, and no score is made of that.

    Args:
        node: where in the application.
        what: what it was about to do.
        option: what to give to `llmdl` if it shall.
        tool: the tool that was running, if one was.
    """

    def __init__(self, node: str, what: str, option: str, tool: str = "") -> None:
        alone = f", or --safe-tool {tool} for this tool alone" if tool else ""
        super().__init__(
            f"Side effect at {node}: it was about to {what}, and was kept from it. "
            f"A training runs it many times: if each may do that, give {option}{alone}."
        )
        self.node, self.what, self.option, self.tool = node, what, option, tool


class LockedError(LlmdlError):
    """Another process, or another training of this one, is writing to the run folder."""

    exit_code = 75


class LedgerError(LlmdlError):
    """The disk failed or was full: an answer or a file of a run could not be written, or not be read."""

    exit_code = 74


class WorkerError(LlmdlError):
    """A worker process could not be started, or made something else of the application."""


class NotVerifiedError(LlmdlError):
    """An exported application does not send what the trained one sends."""


class UnboundCallError(LlmdlError):
    """A model call left the run that it belongs to, so its result can't be scored."""


class RolloutError(LlmdlError):
    """This one run of the application can't go on; other rows can."""


class ToolMissError(RolloutError):
    """A tool that is only replayed was asked something that no record answers."""


class UnansweredError(RolloutError):
    """The application stopped to ask, and the row has no answer left."""


class OvertimeError(RolloutError):
    """The application took too long by itself, as in an endless loop."""


class InfrastructureError(LlmdlError):
    """Too many calls failed for reasons that say nothing about the application."""

    exit_code = 69


class Stopped(BaseException):
    """The run ends here: budget spent or user's wish.  A BaseException, because foreign loops swallow others."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _holding(name: str, known: Iterable[str]) -> list[str]:
    """The first known names that hold this one, as 'dspy:miprov2' holds 'MIPRO'."""
    return [one for one in known if name.lower() in one.lower()][:3] if len(name) >= _TELLING else []


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`' Did you mean …?'`, or the known names where none is near.

    >>> did_you_mean("mipro", ["dspy:gepa", "dspy:miprov2"])
    " Did you mean 'dspy:miprov2'?"
    """
    known = sorted(known)
    near = get_close_matches(name, known, n=3) or _holding(name, known)
    if near:
        return f" Did you mean {' or '.join(map(repr, near))}?"
    return f" Known: {', '.join(known)}." if known else ""
