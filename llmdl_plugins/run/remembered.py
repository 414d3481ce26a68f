"""Who answers where a finished run is looked at again: its ledger for the models, and the tools themselves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from llmdl_plugins.door.passage import refused
from llmdl_plugins.door.recorded import can_be_given
from llmdl_plugins.door.scope import Call, Use
from llmdl_plugins.errors import MisuseError, RunFolderError
from llmdl_plugins.plain import JSON, clean, dumps
from llmdl_plugins.run.disk import read_only
from llmdl_plugins.run.folder import refuse_link
from llmdl_plugins.run.undated import undated
from llmdl_plugins.secrets import redact

T = TypeVar("T")


class NotRememberedError(MisuseError):
    """The run never asked this."""


class Replaying:
    """Gives answers that were given before, and sends nothing; subclasses say which."""

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The answer."""
        raise NotImplementedError

    async def apay(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """The same, asynchronously."""
        return self.pay(call, lambda: None)

    def begin(self, call: Call) -> JSON:
        """The recorded answer of a stream."""
        return self.pay(call, lambda: None)

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""
        return self.pay(call, lambda: None)

    def first(self, call: Call, start: Callable[[], T]) -> T:
        """Nothing is ever started."""
        return start()

    async def afirst(self, call: Call, start: Callable[[], Awaitable[T]]) -> T:
        """Nothing is ever started."""
        return await start()

    def finish(self, call: Call, answer: JSON) -> None:
        """Nothing is ever new."""

    def leave(self, call: Call, part: JSON) -> None:
        """Nothing is ever new."""

    def fail(self, call: Call, error: BaseException) -> None:
        """Nothing is ever tried."""


class Remembered(Replaying):
    """Answers from a ledger, which is only read.

    Args:
        path: the ledger.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The recorded answer; where the request was asked at another time only, that one.

        Raises:
            NotRememberedError: there is none.
        """
        row = self._row("SELECT answer FROM calls WHERE key = ?", call.key) or self._undated(call)
        answer = redact.show(row[0]) if row else None
        if answer is None:
            where = call.path or "a node"
            raise refused(NotRememberedError(f"The run in {self.path.parent} did not make this call at {where}."))
        try:
            told = json.loads(answer)
        except (ValueError, RecursionError):
            raise refused(self._damaged("an answer is not JSON")) from None
        if told is None:
            raise refused(NotRememberedError(f"The run in {self.path.parent} keeps no answers: it had --no-content."))
        if not can_be_given(told):
            raise refused(self._damaged("an answer is none of a model"))
        return told  # type: ignore[no-any-return]

    def _undated(self, call: Call) -> Any:
        """The answer to the same question at another time: prompts say what day it is."""
        known = self._alike.get((clean(call.path), undated(redact.hide(dumps(call.request)))))
        return None if known is None else self._row("SELECT answer FROM calls WHERE key = ?", known)

    @cached_property
    def _alike(self) -> dict[tuple[str, str], str]:
        with self._opened() as db:
            rows = db.execute("SELECT path, request, key FROM calls WHERE path NOT LIKE 'teacher/%' ORDER BY at DESC")
            return {(path, undated(request)): key for path, request, key in rows}

    def _row(self, query: str, key: str) -> Any:
        with self._opened() as db:
            return db.execute(query, (key,)).fetchone()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        refuse_link(self.path)
        try:
            with closing(read_only(self.path)) as db:
                yield db
        except sqlite3.Error as error:
            raise refused(self._damaged(error)) from error

    def _damaged(self, why: object) -> RunFolderError:
        return RunFolderError(
            f"{self.path} can't be read ({why}): run the same `llmdl fit` again, which saves what can be read of it."
        )


class Unrecorded:
    """Tools run whenever they are asked; that their uses are named keeps the calls inside them at their places."""

    def recall(self, use: Use) -> JSON:
        """Nothing: the tool is to run."""
        return None

    def gave(self, use: Use, result: Any) -> None:
        """Nothing is kept."""

    def failed(self, use: Use, error: Exception) -> None:
        """Nothing is kept."""

    def asked(self, use: Use) -> None:
        """Nothing is kept."""
