"""Workers on a faulty line: who tries again is the owner, each attempt is counted, and no secret of theirs is kept."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from llmdl_plugins import Optimizer, Problem, Trainer
from llmdl_plugins.testing import server_process

from .tickets import rows

WIRED = f"{Path(__file__).parent / 'agents' / 'wired.py'}:graph"


class OnlyLooks(Optimizer):
    """Runs the train rows, and proposes nothing."""

    name = "only looks"

    async def optimize(self, problem: Problem) -> None:
        """One evaluation."""
        await problem.evaluate([{}], problem.train)


def test_what_a_worker_meets_on_the_line_is_tried_again_by_the_owner_and_its_secrets_are_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "wired", raising=False)
    heard: list[str] = []
    with server_process(faults="500@4,drop@5") as url:  # every fourth call of all, and every fifth
        monkeypatch.setenv("WIRED", url)
        splits = [rows("train", 8), rows("val", 16), rows("test", 16)]
        result = Trainer(
            WIRED, "exact_match", *splits, optimizer=OnlyLooks(), executor="processes:1", folder=tmp_path / "run",
            watcher=lambda event: heard.append(str(event)),
        ).fit()  # fmt: skip
        with urlopen(f"{url}/stats") as told:
            asked = json.load(told)["calls"]
    with closing(sqlite3.connect(tmp_path / "run" / "ledger.db")) as ledger:
        texts = "\n".join(ledger.iterdump())
        failed = ledger.execute("SELECT count(*), sum(error LIKE '%500%') FROM failures").fetchone()
    assert asked == result.spent["calls"] + failed[0] and 0 < failed[1] < failed[0]
    assert not [text for text in heard if "max_retries" in text]
    assert "-of-this-process" not in texts and "[secret:" in texts
