"""The process that `forking` forks: it imports what it is told, then waits at a socket for what to run."""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
import warnings
from pathlib import Path
from typing import Any

HIGH = 500  # above the numbers of files that anybody hands on
PATH = [part for part in sys.path if part not in os.environ.get("PYTHONPATH", "").split(os.pathsep)]
Request = dict[str, Any]


def imported(name: str) -> None:
    """Import a module, and of a package of ours all that is in it."""
    module = importlib.import_module(name)
    if name.startswith("llmdl"):
        for _, inner, _ in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
            if not inner.endswith(("__main__", "templates")):
                imported(inner)


def served(at: socket.socket) -> Request:
    """Fork whenever it is asked for, until nobody is left who could; returns in each fork, with what it is to be."""
    while head := socket.recv_fds(at, 8, HIGH)[:2]:
        if not head[0]:
            break
        said, size = b"", int.from_bytes(head[0], "big")
        while len(said) < size:
            said += at.recv(size - len(said))
        told = {**json.loads(said), "descriptors": head[1]}
        ours, its = os.pipe()
        if (between := os.fork()) == 0:
            if (child := os.fork()) == 0:
                os.close(ours)
                os.close(its)
                at.close()
                return told
            os.write(its, child.to_bytes(8, "big"))
            os._exit(0)
        os.waitpid(between, 0)
        at.sendall(os.read(ours, 8))
        for end in (ours, its, *head[1]):
            os.close(end)
    os._exit(0)


def begun(at: socket.socket) -> Request:
    """What this process is to be. It has a server of its own, as fresh as itself, for the children it will have."""
    told = served(at)
    while True:
        if told["session"]:
            os.setsid()
        if told["group"] >= 0:
            os.setpgid(0, told["group"])
        ours, its = socket.socketpair()
        if os.fork():
            its.close()
            with ours:
                asking = socket.socket(fileno=fcntl.fcntl(ours, fcntl.F_DUPFD_CLOEXEC, 2 * HIGH))
            forking.connect({forking.LANGCHAIN: asking, forking.OURS: asking})
            return told
        ours.close()
        for end in told["descriptors"]:
            os.close(end)
        told = served(its)


def become(told: Request) -> None:
    """Take on the streams, the folder and the variables."""
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, HIGH) for end in told["descriptors"]]
    for end in told["descriptors"]:
        os.close(end)
    for end, wanted in zip(high, [0, 1, 2, *told["passed"]], strict=True):
        os.dup2(end, wanted)
        os.close(end)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["variables"])
    signal.signal(signal.SIGINT, signal.default_int_handler)


def run(words: list[str]) -> None:
    """`python WORDS`, from where the interpreter is there."""
    if "-W" in words[:1]:
        warnings.simplefilter("error")
    what = list(forking.without_options(words))
    where = os.getcwd() if what[0] == "-m" else str(Path(what[0]).resolve().parent)
    given = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.path[:] = [*([] if "-P" in words[:1] else [where]), *given, *PATH]
    importlib.invalidate_caches()
    sys.orig_argv = [sys.executable, *words]
    if what[0] == "-m":
        sys.argv = what[1:]
        runpy.run_module(what[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = what
        runpy.run_path(what[0], run_name="__main__")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    import forking

    del sys.path[0]
    for module in sys.argv[2:]:
        imported(module)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wanted = begun(socket.socket(fileno=int(sys.argv[1])))
    become(wanted)
    run(wanted["words"])
