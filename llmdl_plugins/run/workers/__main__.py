"""A worker process, started for one owner: `python -m llmdl_plugins.run.workers FD`, or HOST:PORT.

An owner on another machine is told a token first, which comes on stdin; the end of stdin is the worker's.
"""

from __future__ import annotations

import os
import socket
import sys
import threading

from llmdl_plugins.run.workers.line import Line
from llmdl_plugins.run.workers.shift import work

_STDIN, _TOKEN = 0, 1024


def _inherited(number: str) -> socket.socket:
    return socket.socket(fileno=int(number))


def _reached(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    token = os.read(_STDIN, _TOKEN)
    end = socket.create_connection((host, int(port)))
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    end.sendall(token)
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    return end


def _end_with_stdin() -> None:
    while os.read(_STDIN, 1):  # past `sys.stdin`, whose lock a thread must not hold when the process ends
        pass
    os._exit(1)


if __name__ == "__main__":
    where = sys.argv[1]
    work(Line(_reached(where) if ":" in where else _inherited(where)))
