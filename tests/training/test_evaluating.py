"""An evaluator with a ledger of its own, stopped by Ctrl-C: calls under way are kept, and no row has failed."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.events import silent
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.training.evaluating import evaluating

ROWS = [Example({"question": f"Ticket {n}"}, {"answer": "x"}, id=str(n)) for n in range(8)]


async def evaluated(network: Network, path: Path, watcher: Any = silent) -> list[Rollout]:
    given: dict[str, Any] = {"watcher": watcher, "tools": ToolRules(), "terms": Terms()}
    meter = Meter(Budget())
    async with evaluating(network, resolve("exact_match"), meter, concurrency=4, **given, path=path) as evaluator:
        return await evaluator.evaluate([{}], ROWS, tapes=False)


def test_ctrl_c_keeps_what_is_under_way_and_takes_no_row_for_failed(tmp_path: Path) -> None:
    simulator = Simulator(skill="rule", latency="fixed:0.5")
    network = trainable(Prompt(SimulatedChat(simulator=simulator), "Answer.", "question", "answer"))
    threading.Timer(0.25, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        sync.run(evaluated(network, tmp_path / "ledger.db"))
    before = simulator.stats()["calls"]
    assert 0 < before < len(ROWS)
    found = sync.run(evaluated(network, tmp_path / "ledger.db"))
    assert {rollout.status for rollout in found} == {"scored"}
    assert simulator.stats()["calls"] == len(ROWS)
