"""The application that the cases train: a LangGraph agent in a file of its own, as a user would have it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from llmdl_plugins.network import Network, trainable
from llmdl_plugins.target import load_target
from llmdl_plugins.testing.simulator import Simulator

NODE = "answer"


@dataclass(frozen=True)
class Desk:
    """The agent, the model that it asks, and how it is named."""

    target: str
    graph: Any
    simulator: Simulator

    def network(self) -> Network:
        """The agent as a network: the prompt of `answer` has a slot and is trained, that of `triage` is frozen."""
        net = trainable(self.graph)
        net.freeze("triage/*")
        return net


@cache
def desk() -> Desk:
    """The agent of this process."""
    folder = Path(tempfile.mkdtemp(prefix="llmdl-cases-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / f"{folder.name.replace('-', '_')}_desk.py"
    path.write_text((files(__package__) / "desk.txt").read_text(encoding="utf-8"), encoding="utf-8")
    graph, simulator = (load_target(f"{path}:{name}") for name in ("graph", "simulator"))
    return Desk(f"{path}:graph", graph, simulator)


def rows(split: str, count: int) -> list[dict[str, Any]]:
    """Tickets with their answers; no ticket is in two splits."""
    found = Simulator(rules=2).dataset(split, count)
    return [{"inputs": row["inputs"], "expected": {"answer": row["expected"]}} for row in found]
