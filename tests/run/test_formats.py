"""Run folders that earlier versions wrote: whatever becomes of the format, their answers are read, and they go on.

`golden/format-N` is what a run left that wrote format N of the ledger; nothing in it is ever changed.  A new format
adds a folder here, and an upgrade in `run/schema.py`.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from llmdl_plugins.cli.run_folder import PastRun
from llmdl_plugins.door.scope import Call
from llmdl_plugins.report.page import write_report
from llmdl_plugins.report.source import read_run
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.schema import VERSION
from llmdl_plugins.tape import Tape

GOLDEN = sorted(Path(__file__).parent.glob("golden/format-*"))


@pytest.fixture(params=GOLDEN, ids=lambda path: path.name)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> RunFolder:
    """A copy of a golden folder."""
    return RunFolder(shutil.copytree(request.param, tmp_path / "run"))


def test_there_is_a_golden_folder_of_every_format_and_it_is_of_that_format() -> None:
    assert [path.name for path in GOLDEN] == [f"format-{n}" for n in range(1, VERSION + 1)]
    for n, path in enumerate(GOLDEN, 1):
        with closing(sqlite3.connect(f"{(path / 'ledger.db').as_uri()}?immutable=1", uri=True)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (n,)


def test_its_run_goes_on_with_every_answer_that_was_paid_for(old: RunFolder) -> None:
    said = list[str]()
    config = {name: value for name, value in old.read("config.json").items() if name != "forced"}
    with old.opened(config, say=said.append) as ledger:
        assert ledger.answer("call/1") == {"text": "a" * 9000 + "\x00 ü"}
        assert ledger.answer("15cc5ac0c2f8bd0dbed4ea6fb7fb8943")
        assert ledger.tool("tool/1") == {"result": "found \u2028 it", "call_id": "c1"}
        assert ledger.tools("question/1") == [("answer", 1, ledger.tool("tool/1"))]
        record = ledger.rollout("3c931c70c42f0515295d88e663fd4eed")
        assert record["status"] == "scored" and Tape.from_json(record["tape"], {}).steps
        assert ledger.totals()["calls"] == 13 and ledger.totals()["failures"] == 1
        ledger.add_call(Call("new", "p", {}, False), 1, None, 0.0).result()
    assert said == []


def test_its_report_and_its_result_are_read(old: RunFolder) -> None:
    assert write_report(old.path).stat().st_size > 1000
    journal = read_run(old.path).journal
    assert (len(journal.moves), len(journal.felt), journal.calls) == (2, 6, 13)
    past = PastRun.read(old.path)
    assert past.result["status"] == "no gain shown" and past.values(candidate=True) == {}
    assert json.loads((old.path / "best.json").read_text()) == {
        "values": {"answer/instruction": "Answer with the number."}
    }
