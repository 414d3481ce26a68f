"""A worker process: `python -m llmdl_plugins.run.workers FD`, started by its owner alone."""

from __future__ import annotations

import socket
import sys

from llmdl_plugins.run.workers.line import Line
from llmdl_plugins.run.workers.shift import work

if __name__ == "__main__":
    work(Line(socket.socket(fileno=int(sys.argv[1]))))
