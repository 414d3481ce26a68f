"""Looks at plugins in a process of its own: one that hangs, crashes or ends that process is named, and no more happens.

`python -m llmdl_plugins.plugins.probe PIPE DEPTH PLUGIN…` is the other side: one line of JSON for each plugin.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from selectors import EVENT_READ, DefaultSelector
from typing import Any

from llmdl_plugins.plugins.catalogue import offered
from llmdl_plugins.plugins.installed import installed
from llmdl_plugins.plugins.kinds import KINDS, RUN_HOOKS
from llmdl_plugins.plugins.loading import told
from llmdl_plugins.plugins.manager import BUILTIN, load, named
from llmdl_plugins.plugins.plugin import Plugin
from llmdl_plugins.plugins.structure import findings

Seen = dict[str, Any]


def probed(plugins: Sequence[Plugin], limit: float, deep: bool = False) -> list[Seen]:
    """For each plugin: "file", "offers" (kind → [name, summary]), "run_hooks", "faults", "left_out", "findings".

    Args:
        limit: seconds that each may take.
        deep: import every target too and look at it.
    """
    found: list[Seen] = []
    while len(found) < len(plugins):
        found += _through(plugins[len(found) :], limit, deep)
    return found


def _through(plugins: Sequence[Plugin], limit: float, deep: bool) -> list[Seen]:
    """Those that one process gets through, and the one that stops it."""
    ours, theirs = os.pipe()
    names = [p.name if p.distribution else p.place for p in plugins]
    command = [sys.executable, "-P", "-m", "llmdl_plugins.plugins.probe", str(theirs), str(int(deep)), *names]
    quiet = subprocess.DEVNULL
    child = subprocess.Popen(command, pass_fds=[theirs], stdin=quiet, stdout=quiet, stderr=quiet)
    os.close(theirs)
    found: list[Seen] = []
    try:
        found.extend(json.loads(line) for line in _lines(ours, limit))
        code = child.wait()
        ended = "" if len(found) == len(plugins) else f"it ended its process (exit code {code})"
    except TimeoutError:
        ended = f"it takes more than {limit:g} s"
    finally:
        os.close(ours)
        child.kill()
        child.wait()
    return [*found, _seen([ended])] if ended else found


def _lines(pipe: int, limit: float) -> Iterator[bytes]:
    """Whole lines as they come.

    Raises:
        TimeoutError: nothing came for so many seconds.
    """
    held = b""
    with DefaultSelector() as waiting:
        waiting.register(pipe, EVENT_READ)
        while waiting.select(limit):
            if not (more := os.read(pipe, 1 << 20)):
                return
            *lines, held = (held + more).split(b"\n")
            yield from lines
    raise TimeoutError


def _seen(faults: Sequence[str], left_out: bool = True, **more: Any) -> Seen:
    return {
        **{"file": "", "offers": {}, "run_hooks": [], "findings": []},
        **more,
        **{"faults": list(faults), "left_out": left_out},
    }


def _look(name: str, deep: bool) -> Seen:
    try:
        plugin = BUILTIN if name == BUILTIN.name else named(name, installed())
        loaded = load([plugin])
    except Exception as error:
        return _seen([str(error)])
    offers = {kind: found for kind in KINDS if (found := offered(loaded, kind))}
    return _seen(
        [fault.reason for fault in loaded.faults],
        not loaded.plugins,
        file=getattr(sys.modules.get(plugin.place.partition(":")[0]), "__file__", None) or plugin.place,
        offers={kind: [[o.spec.name, o.summary] for o in found.values()] for kind, found in offers.items()},
        run_hooks=[hook for hook in RUN_HOOKS if list(loaded.implementations(hook))],
        findings=[[f.what, f.wrong] for found in offers.values() for o in found.values() for f in findings(o)]
        if deep
        else [],
    )


def _main(pipe: str, deep: str, *names: str) -> None:
    warnings.simplefilter("ignore")
    with open(int(pipe), "w", encoding="utf-8") as out:
        for name in names:
            try:
                seen = _look(name, bool(int(deep)))
            except BaseException as error:
                seen = _seen([f"it raised {told(error)}"])
            print(json.dumps(seen), file=out, flush=True)
    os._exit(0)  # threads that a plugin has started don't hold it up


if __name__ == "__main__":
    _main(*sys.argv[1:])
