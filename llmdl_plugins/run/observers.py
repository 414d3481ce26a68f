"""Who watches a run beside the user: run hooks of plugins, and loggers.  What they do or fail to do changes no score.

Each has a thread of its own, so one that is slow holds up nothing; one that fails is named once and told no more.
"""

from __future__ import annotations

import inspect
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from llmdl_plugins.door import boundary
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import MisuseError, PluginError
from llmdl_plugins.plugins.catalogue import catalogue, find
from llmdl_plugins.plugins.kinds import RUN_HOOKS
from llmdl_plugins.plugins.loading import told
from llmdl_plugins.plugins.manager import manager
from llmdl_plugins.run.events import HOOK, Hooked

Hook = Callable[..., Any]


@dataclass
class Observer:
    """One that watches.

    Args:
        name: what it is called where it fails, with its distribution and version.
        hooks: run hook → what is called.
    """

    name: str
    hooks: Mapping[str, Hook]
    fault: str = ""
    _events: queue.SimpleQueue[Hooked | None] = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None

    def tell(self, event: Hooked) -> None:
        """Let it know, without waiting for it."""
        if self.fault or HOOK[type(event)] not in self.hooks:
            return
        self._events.put(event)
        if self._thread is None:
            # Nothing of the run's own context: what it does is no part of a run.
            self._thread = threading.Thread(target=Context().run, args=(self._watch,), name=self.name, daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Nothing more will be told."""
        self._events.put(None)

    def wait(self, until: float) -> None:
        """Wait for what is left to do, until a moment of the monotonic clock."""
        if self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
            if self._thread.is_alive():
                self.fault = self.fault or "it was still busy when the run was over"

    def _watch(self) -> None:
        with boundary.scope(payer=_Refusing(), refused=[]):
            while not self.fault and (event := self._events.get()) is not None:
                name = HOOK[type(event)]
                try:
                    _finish(self.hooks[name](event))
                except BaseException as error:  # SystemExit too: a thread has no run to end
                    self.fault = f"{name} raised {told(error)}"


def _finish(returned: Any) -> None:
    """What a hook returns is nobody's; but one that has not even begun is a mistake."""
    if inspect.iscoroutine(returned):
        returned.close()
    if inspect.isawaitable(returned) or inspect.isgenerator(returned) or inspect.isasyncgen(returned):
        raise TypeError(
            "it returned what has not run yet: a run hook is a plain function, neither async nor with yield"
        )


class _Refusing:
    """Who only watches asks no model: the budget of the run is not for that."""

    def _refuse(self, call: Call, *rest: Any) -> Any:
        raise MisuseError("A run hook or logger can't ask a model while the run goes on.")

    async def _arefuse(self, call: Call, *rest: Any) -> Any:
        self._refuse(call)

    pay = begin = finish = leave = fail = _refuse
    apay = abegin = _arefuse


def of_plugins() -> list[Observer]:
    """The plugins that have run hooks."""
    found: dict[str, dict[str, Hook]] = {}
    for name in RUN_HOOKS:
        for plugin, hook in manager().implementations(name):
            found.setdefault(f"the plugin {plugin.label}", {})[name] = _by_name(hook)
    return [Observer(name, hooks) for name, hooks in found.items()]


def _by_name(hook: Hook) -> Hook:
    """Hooks may leave out what they don't need."""
    wants = "event" in inspect.signature(hook).parameters
    return (lambda event: hook(event=event)) if wants else (lambda event: hook())


def loggers(given: Sequence[Any]) -> list[Observer]:
    """Loggers, by name or as objects.

    Raises:
        UnknownNameError: no plugin offers the name.
        PluginError: it can't be made.
        MisuseError: the object has no run hook.
    """
    return [_named(one) if isinstance(one, str) else _observer(type(one).__qualname__, one) for one in given]


def _named(name: str) -> Observer:
    make = find("loggers", name)
    label = f"{name} of the plugin {catalogue('loggers')[name].plugin.label}"
    try:
        made = make()
    except Exception as error:
        raise PluginError(f"The logger {label} can't be made: {told(error)}") from error
    return _observer(label, made)


def _observer(label: str, made: Any) -> Observer:
    hooks = {name: hook for name in RUN_HOOKS if callable(hook := getattr(made, name, None))}
    if not hooks:
        raise MisuseError(f"The logger {label} has none of the methods {', '.join(RUN_HOOKS)}.")
    return Observer(f"the logger {label}", hooks)
