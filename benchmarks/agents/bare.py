"""In a process of its own: `bare.py NAME COPY OUT` runs an agent without this package and writes what it sent."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import tree
from driven import driven, run_all


def main(name: str, copy: str, out: str) -> None:
    """Run a copy and write the calls."""
    agent = tree.agent(name)
    graph = driven(tree.imported(agent, Path(copy)), agent.runs)
    asyncio.run(run_all(graph))
    if "llmdl_plugins" in sys.modules:
        raise SystemExit("The patched copy imports llmdl_plugins: it is not plain.")
    calls, failures = graph.log.take()
    Path(out).write_text(json.dumps({"calls": calls, "failures": failures}, default=str), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
