"""The live view of a run: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from llmdl_plugins.cli.output import say
from llmdl_plugins.printable import printable
from llmdl_plugins.run.events import Event, Progressed, StepFinished, Told, Watcher
from llmdl_plugins.run.lines import WARNING, batch, lines


@contextmanager
def progress(quiet: bool = False) -> Iterator[Watcher]:
    """A watcher for a run; only warnings are shown where quiet."""
    if quiet:
        yield _warnings
    elif sys.stderr.isatty():
        with _bar() as watcher:
            yield watcher
    else:
        yield lines(lambda text: say(text, sys.stderr))


def _warnings(event: Event) -> None:
    if isinstance(event, Told) and event.text.startswith(WARNING):
        say(event.text, sys.stderr)


@contextmanager
def _bar() -> Iterator[Watcher]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, last="")
        last = [0.0]

        def watch(event: Event) -> None:
            if isinstance(event, Told):
                bar.console.print(Text(printable(event.text)))
            elif isinstance(event, Progressed) and _due(event, last):
                bar.update(task, description=event.phase, completed=event.done, total=event.total)
            elif isinstance(event, StepFinished):
                bar.update(task, last=batch(event))

        yield watch


def _due(event: Progressed, last: list[float]) -> bool:
    now = time.monotonic()
    if event.done < event.total and now - last[0] < 0.1:
        return False
    last[0] = now
    return True
