"""What goes between a worker and its owner as plain JSON: calls, uses of tools, errors."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.door import results
from llmdl_plugins.door.scope import Call, Use
from llmdl_plugins.errors import LlmdlError, MisuseError, Stopped, WorkerError
from llmdl_plugins.plain import JSON
from llmdl_plugins.run import faults
from llmdl_plugins.run.tools import state_read
from llmdl_plugins.run.waits import retry_after


def call(told: Any) -> Call:
    """A call that was told of with `_asdict`."""
    return Call(**told)


def tell_row(example: Example) -> JSON:
    """A row, so that it can be made again.

    Raises:
        MisuseError: it holds something live.
    """
    try:
        return results.keep(example)
    except results.CantKeepError as error:
        raise MisuseError(
            f"Row {example.id!r} holds {error}, which can't be given to a worker: rows for workers are plain JSON or "
            'messages. Or stay with the executor "local".'
        ) from None


def row(told: Any) -> Example:
    """The row that `tell_row` told of."""
    return results.restore(told)  # type: ignore[no-any-return]


def tell_use(use: Use, reads_state: bool) -> JSON:
    """A use of a tool; of what the graph injects only the state, where that is looked at."""
    injected: dict[str, JSON] = dict(state_read(use.injected)) if reads_state else {}
    return {**asdict(Use(use.name, use.arguments, use.path, use.turn, {}, use.call_id)), "injected": injected}


def use(told: Any) -> Use:
    """The use that `tell_use` told of."""
    return Use(**told)


class DistantError(Exception):
    """Stands in the owner for an error of a call that a worker made: all that decides whether it is tried again."""

    def __init__(self, told: Any) -> None:
        super().__init__({})  # what an error of a body that is no answer holds first
        self.told = told
        self.talk: object = None  # the question that it is an answer to
        self.status_code: int | None = told["status"]
        self.code = "insufficient_quota" if told["unpaid"] else None
        headers = {"retry-after": str(told["retry_after"])} if told["retry_after"] else {}
        self.response = SimpleNamespace(status_code=self.status_code, headers=headers)

    def __str__(self) -> str:
        return str(self.told["text"])

    def __repr__(self) -> str:
        return str(self.told["repr"])


class DistantFault(DistantError, ConnectionError):
    """The same where the way to the model failed and no status came back."""


class DistantTimeout(DistantError, TimeoutError):
    """The same where nothing came in time."""


class DistantGarble(DistantError, ValueError):
    """The same where what came is no answer."""


def tell_error(error: BaseException) -> JSON:
    """An error of a call, or of a tool, or ours."""
    is_ours = isinstance(error, LlmdlError | Stopped)
    return {
        **(results.keep_error(error) if isinstance(error, Exception) else _bare(error)),  # type: ignore[dict-item]
        "fields": {k: v for k, v in vars(error).items() if isinstance(v, str)} if is_ours else {},
        "repr": repr(error),
        "status": next((found for one in faults.chain(error) if (found := faults.status(one)) is not None), None),
        "retry_after": retry_after(error),
        "unpaid": faults.is_unpaid(error),
        "kind": _kind(error),
    }


def _kind(error: BaseException) -> str:
    if faults.is_timeout(error):
        return "timeout"
    if faults.is_infrastructure(error):
        return "fault"
    return "garble" if faults.is_no_answer(error) else ""


_KINDS = {"": DistantError, "fault": DistantFault, "timeout": DistantTimeout, "garble": DistantGarble}


def _bare(error: BaseException) -> JSON:
    return {"class": f"{type(error).__module__}:{type(error).__qualname__}", "arguments": [], "text": str(error)}


def distant(told: Any) -> DistantError:
    """The stand-in for an error that `tell_error` told of: tried again wherever the error itself would be."""
    stand_in = _KINDS[told["kind"]](told)
    if told["kind"] and not faults.is_fault(stand_in):
        return _KINDS[told["kind"]]({**told, "status": None})  # the status came with another error of the chain
    return stand_in


def error(told: Any) -> BaseException:
    """The error that `tell_error` told of: ours in kind, others as near as they can be made."""
    try:
        kind = results.class_named(told["class"])
    except results.CantKeepError:
        return _foreign(told)
    if not issubclass(kind, LlmdlError | Stopped):
        return _foreign(told)
    ours: BaseException = kind.__new__(kind, told["text"])
    vars(ours).update(told["fields"])
    return ours


def _foreign(told: Any) -> Exception:
    found = results.error_of(told)
    return distant(told) if told["kind"] and not faults.is_fault(found) else found


def ended(told: Any) -> BaseException:
    """What ends a run: an error of ours in kind; any other is one of the worker."""
    found = error(told)
    is_ours = isinstance(found, LlmdlError | Stopped)
    return found if is_ours else WorkerError(f"A worker raised {told['repr']}.")
