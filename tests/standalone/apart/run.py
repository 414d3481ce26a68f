"""Runs graphs of written folders in a process that can't import this package; the answers come out as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib import import_module


class Nobody:
    """Finds none of our packages, installed or not."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.startswith("llmdl"):
            raise ModuleNotFoundError(f"{name} is not here")


def told(folder: str, state: dict[str, object]) -> list[str]:
    sys.path.insert(0, folder)
    try:
        graph = import_module("app").graph
        return [
            json.dumps(graph.invoke(state), default=str),
            json.dumps(asyncio.run(graph.ainvoke(state)), default=str),
        ]
    finally:
        sys.path.remove(folder)
        for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "blocks")]:
            del sys.modules[name]


if __name__ == "__main__":
    sys.meta_path.insert(0, Nobody())  # type: ignore[arg-type]
    print(json.dumps([told(*job) for job in json.loads(sys.stdin.read())]))
