"""A payer that gives the answers of a finished run again and pays for nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call


class NotRememberedError(MisuseError):
    """The run never asked this."""


class Remembered:
    """Answers from a ledger, which is only read.

    Args:
        path: the ledger.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The recorded answer.

        Raises:
            NotRememberedError: there is none.
        """
        with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            row = db.execute("SELECT answer FROM calls WHERE key = ?", (call.key,)).fetchone()
        if row is None:
            raise NotRememberedError(
                f"The run in {self.path.parent} did not make this call at {call.path or 'a node'}."
            )
        return json.loads(row[0])  # type: ignore[no-any-return]

    async def apay(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """The same, asynchronously."""
        return self.pay(call, lambda: None)

    def begin(self, call: Call) -> JSON:
        """The recorded answer of a stream."""
        return self.pay(call, lambda: None)

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""
        return self.pay(call, lambda: None)

    def finish(self, call: Call, answer: JSON) -> None:
        """Nothing is ever new."""

    def leave(self, call: Call, part: JSON) -> None:
        """Nothing is ever new."""

    def fail(self, call: Call, error: BaseException) -> None:
        """Nothing is ever tried."""
