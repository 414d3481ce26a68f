"""The owner's end of the way to another process, and processes of this machine that are started at one."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from llmdl_plugins.effects import guard
from llmdl_plugins.run.workers.message import Message, pack, unpack

LONGEST = 2**30  # bytes of a message
_STDERR = 2


@dataclass(frozen=True)
class Connection:
    """The way to another process.

    Args:
        ended: says in words how it ended, once it has.
        end: makes an end of it, whatever it does.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ended: Callable[[], Awaitable[str]]
    end: Callable[[], Awaitable[None]]
    _unsent: list[bytes] = field(default_factory=list)

    def tell(self, message: Message) -> None:
        """Send a message; those of one turn of the loop go together."""
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._send)
        self._unsent.append(pack(message))

    def _send(self) -> None:
        if not self.writer.is_closing():
            self.writer.write(b"".join(self._unsent))
        self._unsent.clear()

    async def next(self) -> Message | None:
        """The next message; None where the process is gone, which it may be in the middle of one."""
        try:
            line = await self.reader.readline()
        except OSError:
            return None
        return unpack(line) if line.endswith(b"\n") else None

    async def close(self) -> None:
        """Let it go, and wait until it is gone."""
        self._send()
        self.writer.close()
        await self.end()


async def child(
    module: str, *arguments: str, patience: float, environment: Mapping[str, str] | None = None
) -> Connection:
    """A module as a process of this machine, at the end of a socket that nobody else holds.

    It is in a group of its own, so that a Ctrl-C reaches it through its owner alone, and what it prints is no output
    of ours.

    Args:
        arguments: what it is told after the number of its end of the socket.
        patience: seconds that it has to end by itself.
        environment: its variables; None is ours.
    """
    ours, its = socket.socketpair()
    with its, guard.ours():
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(its.fileno()), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            pass_fds=[its.fileno()],
            process_group=0,
            env=environment,
        )
    reader, writer = await asyncio.open_connection(sock=ours, limit=LONGEST)

    async def ended() -> str:
        return how_it_ended(await asyncio.to_thread(process.wait))

    async def end() -> None:
        try:
            await asyncio.to_thread(process.wait, patience)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)

    return Connection(reader, writer, ended, end)


def how_it_ended(code: int) -> str:
    """The end of a process in words."""
    return f"killed by signal {-code}" if code < 0 else f"it ended with exit code {code}"
