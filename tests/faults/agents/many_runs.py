"""Runs of one kind, one after another in one process: `python many_runs.py KIND TIMES`; what is open after each."""

import asyncio
import gc
import json
import os
import resource
import signal
import sys
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path

from plain_client import chain
from training import RandomTexts, rows

from llmdl_plugins import Trainer, sync, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.training.compare import compare

FOLDER = Path("runs")


def trainer(loss="exact_match"):
    """A run in a folder of its own."""
    return Trainer(chain, loss, *rows(), optimizer=RandomTexts(), folder=FOLDER / str(time.monotonic_ns()))


def fit(made):
    """To its end."""
    made.fit()


def evaluated(made):
    """One look at rows."""
    compare(trainable(chain), resolve("exact_match"), load(rows()[1]), {})


def failed(made):
    """The loss raises."""
    with suppress(MisuseError):
        made.fit()


def stopped(made):
    """Ctrl-C while calls are under way."""
    threading.Thread(target=interrupt, args=(made,)).start()
    assert made.fit().status == "stopped"


def interrupt(made):
    """Wait for calls, and stop them."""
    while made._meter.in_flight < 2:
        time.sleep(0.002)
    os.kill(os.getpid(), signal.SIGINT)


def broken(prediction, example):
    """A loss that can't be used."""
    raise ZeroDivisionError


KINDS = {"fit": fit, "eval": evaluated, "failed run": failed, "Ctrl-C": stopped}


async def tasks():
    """Those of the background loop, but for the one that looks."""
    return len(asyncio.all_tasks()) - 1


def opened(held):
    """What is open: files, sockets and the like, threads, tasks, and runs that somebody holds on to."""
    gc.collect()
    names = sorted(os.readlink(f"/proc/self/fd/{fd}").partition(":[")[0] for fd in descriptors())
    return {
        "files": [name for name in names if name.startswith("/")],
        "sockets": len([name for name in names if not name.startswith("/")]),
        "threads": sorted(thread.name.rstrip("_0123456789") for thread in threading.enumerate()),
        "tasks": sync.run(tasks()),
        "runs": sum(one() is not None for one in held),
        "memory": int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20,
    }


def descriptors():
    """Open ones, but for that of the folder which is read."""
    return [fd for fd in os.listdir("/proc/self/fd") if Path(f"/proc/self/fd/{fd}").is_symlink()]


if __name__ == "__main__":
    kind, held = sys.argv[1], []
    for _ in range(int(sys.argv[2])):
        made = trainer(broken if kind == "failed run" else "exact_match")
        held.append(weakref.ref(made))
        KINDS[kind](made)
        del made
        print(json.dumps(opened(held)), flush=True)
