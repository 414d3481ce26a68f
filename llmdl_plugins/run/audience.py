"""All who watch one run, as one watcher: the user's, which is told at once, then observers on their own threads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from llmdl_plugins.plugins.loading import told
from llmdl_plugins.run.events import Event, Hooked, RunFinished, Told, Watcher, without_texts
from llmdl_plugins.run.observers import Observer

GRACE = 5.0  # seconds


class Audience:
    """Tells everybody; nobody's failure is the run's.

    Args:
        watcher: the user's.
        observers: run hooks and loggers.
        content: whether observers are told texts of parameters.
    """

    def __init__(self, watcher: Watcher, observers: Sequence[Observer], content: bool = True) -> None:
        self.watcher, self.observers, self.content = watcher, list(observers), content

    def __call__(self, event: Event) -> None:
        """Tell everybody."""
        # Who only watches changes nothing, not even by failing.
        with suppress(Exception):
            self.watcher(event)
        if isinstance(event, Hooked):
            shown = event if self.content else without_texts(event)
            for observer in self.observers:
                observer.tell(shown)
        self._name_failed()

    def close(self) -> None:
        """Wait a little for those who still have something to do."""
        until = time.monotonic() + GRACE
        for observer in self.observers:
            observer.end()
        for observer in self.observers:
            observer.wait(until)
        self._name_failed()

    def _name_failed(self) -> None:
        failed = [observer for observer in self.observers if observer.fault]
        self.observers = [observer for observer in self.observers if observer not in failed]
        for observer in failed:
            with suppress(Exception):
                self.watcher(Told(f"warning: {observer.name} is left out: {observer.fault}"))


@contextmanager
def watched(watcher: Watcher, observers: Sequence[Observer], content: bool = True) -> Iterator[Audience]:
    """An audience for the length of a run."""
    audience = Audience(watcher, observers, content)
    try:
        yield audience
    except Exception as error:
        audience(RunFinished(status="failed", reason=told(error)))
        raise
    finally:
        audience.close()
