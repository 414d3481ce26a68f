"""The run folder: one run, one owner, and what was paid for is never taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LockedError, MisuseError, RunFolderError
from llmdl_plugins.run.folder import RunFolder


def test_a_folder_made_for_nothing_goes_again(tmp_path: Path) -> None:
    with pytest.raises(MisuseError), RunFolder(tmp_path / "run").opened({"seed": 1}):
        raise MisuseError("no such loss")
    assert not (tmp_path / "run").exists()


def test_a_folder_with_a_paid_answer_stays_whatever_goes_wrong(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with pytest.raises(MisuseError), folder.opened({"seed": 1}) as ledger:
        ledger.add_call(Call("k", "p", {}, False), "x", None, 0.0).result()
        raise MisuseError("the loss returned nan")
    with folder.opened({"seed": 1}) as ledger:
        assert ledger.answer("k") == "x"


def test_another_run_is_refused_and_force_is_written_down(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.opened({"seed": 1, "loss": "f1"}):
        pass
    with (
        pytest.raises(RunFolderError, match=r"holds another run: seed differ"),
        folder.opened({"seed": 2, "loss": "f1"}),
    ):
        pass
    with folder.opened({"seed": 2, "loss": "f1"}, force=True):
        assert folder.read("config.json")["forced"] == [["seed"]]


def test_an_application_is_the_same_wherever_its_folder_lies(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    for place in ("/home/me/desk/app.py:graph", "app.py:graph"):
        with folder.opened({"target": place}):
            assert folder.read("config.json")["target"] == place
    with pytest.raises(RunFolderError, match="target differ"), folder.opened({"target": "other.py:graph"}):
        pass


def test_two_owners_at_once_are_refused(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.opened({}), pytest.raises(LockedError, match="Process .* is writing to"), folder.opened({}):
        pass


def test_a_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    with folder.opened({}):
        folder.write("best.json", {"a": "\ud83d"})
        modes = {p.name: p.stat().st_mode & 0o777 for p in folder.path.iterdir()}
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert {name: mode for name, mode in modes.items() if mode != 0o600} == {}
