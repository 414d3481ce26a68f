"""Where attempts at rows are made: in this process, or in workers that ask this one for every call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.attempt import Attempt
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.tools import ToolRecords

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from llmdl_plugins.run.origin import Origin


class Task(NamedTuple):
    """One attempt that is asked for.

    Args:
        candidate: a hash of the values: equal for equal ones.
        values: the candidate, by parameter.
        tools: what the tools of this rollout gave before, and where it is kept.
    """

    candidate: str
    values: Mapping[Parameter, Any]
    example: Example
    repetition: str
    tools: ToolRecords


@dataclass(frozen=True)
class Job:
    """What all attempts of a run share.

    Args:
        cashier: who pays for every call, wherever it is made.
        origin: how another process makes the same application and the same loss.
        concurrency: attempts under way at once, in all.
        seconds: what the application may take by itself for one of them.
        fast_http: whether models send through aiohttp.
    """

    network: Network
    loss: Loss
    cashier: Cashier
    origin: Origin
    concurrency: int
    seconds: float | None
    fast_http: bool = False


Attempts = Callable[[Task], Awaitable[Rollout]]


@runtime_checkable
class Executor(Protocol):
    """Makes attempts; it holds nothing that a run could lose."""

    def opened(self, job: Job) -> AbstractAsyncContextManager[Attempts]:
        """What makes an attempt, as long as the run lasts.

        Raises:
            MisuseError: the application can't be run there.
        """


class InProcess:
    """Every attempt in this process: enough wherever models are what is waited for.

    Args:
        workers: None; one process can't be several.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None:
            raise MisuseError("The executor 'local' is this process alone: workers need --executor processes.")

    @asynccontextmanager
    async def opened(self, job: Job) -> AsyncIterator[Attempts]:
        """What makes an attempt here."""
        yield attempts_here(job.network, job.loss, job.cashier, job.seconds)


def attempts_here(network: Network, loss: Loss, cashier: Cashier, seconds: float | None) -> Attempts:
    """What makes an attempt in this process; `seconds` are what the application may take by itself."""

    made = Attempt(network, loss, cashier, seconds).made
    return lambda task: made(task.values, task.example, task.repetition, task.tools)


def resolve(executor: str | Executor, workers: int | None = None) -> Executor:
    """An executor by name, such as "local", "processes" or "processes:4", or as it is.

    Raises:
        MisuseError: the number of workers is none, or is said twice.
        UnknownNameError: no plugin offers it.
    """
    if not isinstance(executor, str):
        return _checked(executor)
    name, colon, count = executor.partition(":")
    if colon and workers is not None:
        raise MisuseError(f"{executor!r} says how many workers there are: leave out the other number.")
    wanted = int(count) if count.isdecimal() else workers
    if (colon and not count.isdecimal()) or (wanted is not None and wanted < 1):
        raise MisuseError(f"{executor!r} needs a number of workers, 1 or more: for example {name}:2.")
    return _checked(find("executors", name)(wanted))


def _checked(executor: Any) -> Executor:
    if not isinstance(executor, Executor):
        raise MisuseError(f"{type(executor).__name__} is no executor: it has no `opened(job)`.")
    if iscoroutinefunction(executor.opened) or isasyncgenfunction(executor.opened):
        raise MisuseError(
            f"`{type(executor).__name__}.opened` is no context manager: put @asynccontextmanager above it."
        )
    return executor
