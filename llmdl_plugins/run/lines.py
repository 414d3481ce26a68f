"""What happens in a run as lines: for the log of a program that trains, and for a command without a terminal."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from llmdl_plugins.figures import percent
from llmdl_plugins.printable import printable
from llmdl_plugins.run.events import Event, Progressed, StepFinished, Told, Watcher

WARNING = "warning: "
_EVERY = 50
_log = logging.getLogger("llmdl_plugins")


def lines(say: Callable[[str], None]) -> Watcher:
    """A watcher that says a line for each batch and each 50 runs; single runs and what is nothing new fill no log."""
    single: Counter[str] = Counter()
    last: Event | None = None

    def watch(event: Event) -> None:
        nonlocal last
        if isinstance(event, Told | StepFinished):
            before, last = last, _lasting(event)
            if last == before:
                return
        if isinstance(event, Told):
            say(event.text)
        elif isinstance(event, StepFinished) and event.rollouts > 1:
            say(f"  {batch(event)}")
        elif isinstance(event, Progressed) and event.total == 1:
            single[event.phase] += 1
            if single[event.phase] % _EVERY == 0:
                say(f"  {event.phase}: {single[event.phase]}, one by one")
        elif isinstance(event, Progressed) and event.done < event.total and event.done % _EVERY == 0:
            say(f"  {event.phase}: {event.done}/{event.total}")

    return watch


def _lasting(event: Told | StepFinished) -> Event:
    """An event but for what passes by itself."""
    return event if isinstance(event, Told) else replace(event, number=0, seconds=0.0, share=None)


def logged() -> Watcher:
    """A watcher that writes to the logger `llmdl_plugins`: warnings as such, all else as information."""

    def say(text: str) -> None:
        is_warning, told = text.startswith(WARNING), printable(text.removeprefix(WARNING).strip())
        _log.log(logging.WARNING if is_warning else logging.INFO, "%s", told)

    return lines(say)


def batch(event: StepFinished) -> str:
    """A batch and what the run has spent so far.

    >>> batch(StepFinished(phase="train", rollouts=24, score=0.5, calls=1154, tokens=31000, seconds=31, share=0.58))
    'train: 24 runs, score 0.50 · so far 1,154 calls, 31,000 tokens, 31 s, 58 % of the budget'
    """
    told = [f"{event.phase}: {event.rollouts} runs"]
    told += [] if event.score is None else [f"score {event.score:.2f}"]
    told += [f"{n} {what}" for n, what in ((event.errors, "raised"), (event.failures, "not reached")) if n]
    spent = [f"{event.calls:,} calls", f"{event.tokens:,} tokens"]
    spent += [f"${event.usd:.2f}"] if event.usd else []
    spent += [f"{event.seconds:.0f} s"]
    spent += [] if event.share is None else [f"{percent(event.share, 0)} of the budget"]
    return f"{', '.join(told)} · so far {', '.join(spent)}"
