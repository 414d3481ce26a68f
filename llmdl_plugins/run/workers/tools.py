"""What tools gave back, in a worker: the owner looks it up and keeps it; results are told of and made again here."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from llmdl_plugins.door import results
from llmdl_plugins.door.scope import Use
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.tools import Outcomes
from llmdl_plugins.run.workers import told
from llmdl_plugins.run.workers.line import Line
from llmdl_plugins.run.workers.made import answered
from llmdl_plugins.run.workers.message import Message


class DistantTools(Outcomes):
    """Asks the owner for every use of a tool in one attempt.

    Args:
        attempt: its number.
        replays: whether tools are replayed, so that what they read of the state matters.
    """

    def __init__(self, line: Line, attempt: int, replays: bool) -> None:
        self._line, self._attempt, self._replays = line, attempt, replays
        self.say = lambda text: line.tell("say", id=None, attempt=attempt, text=text)

    def recall(self, use: Use) -> JSON:
        """The recorded outcome, or None where the tool is to run now.

        Raises:
            ToolMissError: under "replay" a candidate asks a tool something that no record answers.
        """
        with self._line.talk() as talk:
            talk.tell("recall", attempt=self._attempt, use=self._told(use))
            said = talk.next()
        outcome: Any = answered(said)
        if outcome and not self._replays and "result" in outcome and not results.is_restorable(outcome["result"]):
            return None
        return outcome  # type: ignore[no-any-return]

    def add(self, use: Use, outcome: JSON) -> Future[None]:
        """Hand an outcome over; done when it is on disk."""
        return self._handed("add", use, outcome=outcome)

    def asked(self, use: Use) -> Future[None] | None:
        """A tool called a model: it is no record by itself."""
        return self._handed("asked", use)

    def _handed(self, kind: str, use: Use, **more: Any) -> Future[None]:
        done: Future[None] = Future()

        def settled(said: Message) -> None:
            if said["kind"] == "error":
                done.set_exception(told.error(said["error"]))
            else:
                done.set_result(None)

        self._line.ask(kind, settled, attempt=self._attempt, use=self._told(use), **more)
        return done

    def _told(self, use: Use) -> JSON:
        return told.tell_use(use, self._replays)
