"""Processes of Python that begin as forks of one that has imported what they need: most of what a command costs.

`Popen` stands in for `subprocess.Popen`. What it starts is a child as any other, with a number, an exit code, streams,
a folder and variables of its own, and the interpreter ends it. Only `python -m llmdl…` and scripts of this repository
begin so; where Python is told more as it starts, it starts afresh.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LANGCHAIN = ("langgraph.prebuilt", "langgraph.checkpoint.memory", "langchain_core.prompts")
OURS = (*LANGCHAIN, "llmdl_plugins.cli", "llmdl_langgraph", "llmdl_plugins.run", "llmdl_plugins.training")
AFRESH = subprocess.Popen
_READ_AT_THE_START = re.compile(r"PYTHON(?!PATH$)|LD_|LC_|LANG$|LANGUAGE$|MALLOC_|TZ$")
OPTIONS = (("-P",), ("-W", "error"))
_SUBREAPER = 36  # of prctl(2): who is left without a parent is a child of ours
_prctl = ctypes.CDLL(None).prctl
_began = dict(os.environ)
_lock = threading.Lock()


class Popen(AFRESH):  # type: ignore[type-arg]
    """A process as `subprocess.Popen` starts it, and a fork where it can be one."""

    def _execute_child(self, *given: Any) -> None:
        told = inspect.signature(AFRESH._execute_child).bind(self, *given).arguments  # type: ignore[attr-defined]
        ends = [told["p2cread"], told["c2pwrite"], told["errwrite"]]
        streams = [inherited if end == -1 else end for inherited, end in enumerate(ends)]
        server = _server_for(told, streams)
        if server is None:
            super()._execute_child(*given)  # type: ignore[misc]
            return
        sys.audit("subprocess.Popen", sys.executable, told["args"], told["cwd"], told["env"])
        self.pid = _forked(server, _request(told), [*streams, *map(int, told["pass_fds"])])
        self._child_created = True
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(told[name] for name in pipes))  # type: ignore[attr-defined]


class Servers:
    """The processes that are forked: one that knows LangChain, one that knows us, each from when it is first asked."""

    def __init__(self) -> None:
        self.started = list[tuple[socket.socket, subprocess.Popen[bytes]]]()
        self.at = dict[tuple[str, ...], socket.socket]()

    def __getitem__(self, imported: tuple[str, ...]) -> socket.socket:
        if imported not in self.at:
            self.at[imported], its = socket.socketpair()
            command = [sys.executable, "-P", str(Path(__file__).with_name("forked.py")), str(its.fileno()), *imported]
            with its:
                self.started.append((self.at[imported], AFRESH(command, pass_fds=[its.fileno()], env=_began)))
        return self.at[imported]

    def end(self) -> None:
        """Nobody asks any more: they go."""
        for at, server in self.started:
            at.close()
            server.wait()


_servers: Mapping[tuple[str, ...], socket.socket] | Servers = {}


def connect(servers: Mapping[tuple[str, ...], socket.socket] | Servers) -> None:
    """From now on processes begin as forks of these."""
    global _servers
    _servers, subprocess.Popen = servers, Popen  # type: ignore[misc]


@contextmanager
def forks() -> Iterator[None]:
    """Processes begin as forks in here."""
    servers = Servers()
    connect(servers)
    try:
        yield
    finally:
        subprocess.Popen = AFRESH  # type: ignore[misc]
        servers.end()


@contextmanager
def afresh() -> Iterator[None]:
    """Every process begins with an interpreter of its own in here."""
    before, subprocess.Popen = subprocess.Popen, AFRESH  # type: ignore[misc]
    try:
        yield
    finally:
        subprocess.Popen = before  # type: ignore[misc]


def _server_for(told: Mapping[str, Any], streams: Sequence[int]) -> socket.socket | None:
    """Which process can be forked for this; None where it begins afresh."""
    if isinstance(told["args"], (str, bytes, os.PathLike)) or told["args"][0] != sys.executable or told["executable"]:
        return None
    if told["shell"] or told["preexec_fn"] or not told["close_fds"] or told["umask"] != -1:
        return None
    if not _starts_alike(_variables(told)) or any(map(os.isatty, streams)):
        return None
    match without_options([os.fspath(word) for word in told["args"][1:]]):
        case ["-m", module, *_] if module.startswith("llmdl"):
            return _servers[OURS]
        case [script, *_] if script.endswith(".py") and Path(script).is_relative_to(ROOT):
            return _servers[LANGCHAIN]
    return None


def without_options(words: Sequence[str]) -> Sequence[str]:
    """What Python is to run; options that a fork can take on are left out."""
    return next((words[len(some) :] for some in OPTIONS if tuple(words[: len(some)]) == some), words)


def _variables(told: Mapping[str, Any]) -> Mapping[str, str]:
    return os.environ if told["env"] is None else told["env"]


def _starts_alike(variables: Mapping[str, str]) -> bool:
    """Whether Python would read, as it starts, what it has read here; but for the path."""
    here, there = ({n: v for n, v in some.items() if _READ_AT_THE_START.match(n)} for some in (_began, variables))
    return here == there


def _request(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "words": [os.fspath(word) for word in told["args"][1:]],
        "variables": {os.fsdecode(name): os.fsdecode(value) for name, value in _variables(told).items()},
        "folder": os.path.abspath(told["cwd"] or "."),
        "passed": [int(number) for number in told["pass_fds"]],
        "session": told["start_new_session"],
        "group": told["process_group"],
    }


def _forked(server: socket.socket, request: Mapping[str, Any], descriptors: Sequence[int]) -> int:
    """The number of a child of ours: who forked it in our stead is gone before the answer comes, so it falls to us."""
    said = json.dumps(request).encode()
    with _lock:
        _prctl(_SUBREAPER, 1, 0, 0, 0)
        try:
            socket.send_fds(server, [len(said).to_bytes(8, "big")], descriptors)
            server.sendall(said)
            return int.from_bytes(server.recv(8), "big")
        finally:
            _prctl(_SUBREAPER, 0, 0, 0, 0)
