"""Files of a run folder that are damaged: named, and what to do; never a traceback, never taken for whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LlmdlError, RunFolderError
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.training.openings import count_opening, state_folder

SET = [Example({"question": f"Is it {n}?"}, "yes", str(n)) for n in range(20)]
BROKEN = [b"", b"\x00" * 300, b"{", b'{"seed": 1', b"[]", b"null", b'{"a": "\xff"}', b"[" * 100_000]


@pytest.fixture
def held(tmp_path: Path) -> RunFolder:
    """A folder with one paid answer."""
    folder = RunFolder(tmp_path / "run")
    with folder.opened({"seed": 1}) as ledger:
        ledger.add_call(Call("k", "p", {}, False), "paid", None, 0.0).result()
    return folder


@pytest.mark.parametrize("content", BROKEN)
def test_a_damaged_config_is_named_and_force_goes_on_with_what_was_paid(held: RunFolder, content: bytes) -> None:
    (held.path / "config.json").write_bytes(content)
    with pytest.raises(RunFolderError, match=r"config\.json is damaged: .* --force .*ledger\.db"), held.opened({}):
        pass
    with held.opened({"seed": 1}, force=True) as ledger:
        assert ledger.answer("k") == "paid"
    assert held.read("config.json") == {"seed": 1, "forced": [["seed"]]}


@pytest.mark.parametrize("name", ["result.json", "best.json"])
@pytest.mark.parametrize("content", BROKEN)
def test_damaged_files_that_a_run_writes_are_written_again(held: RunFolder, name: str, content: bytes) -> None:
    (held.path / name).write_bytes(content)
    with pytest.raises(RunFolderError, match=f"{name} is damaged"):
        held.read(name)
    with held.opened({"seed": 1}):
        held.write(name, {"status": "improved"})
    assert held.read(name) == {"status": "improved"}


def test_a_file_that_was_left_half_written_aside_is_no_harm(held: RunFolder) -> None:
    (held.path / ".config.json.new").write_bytes(b'{"seed"')
    (held.path / ".best.json.new").symlink_to("/etc/hostname")
    with held.opened({"seed": 1}):
        held.write("best.json", {"a": 1})
    assert held.read("best.json") == {"a": 1}


@pytest.mark.parametrize("content", BROKEN)
def test_openings_are_read_from_their_second_copy_where_the_first_is_damaged(content: bytes) -> None:
    said = list[str]()
    count_opening(SET, "run/1")
    count_opening(SET, "run/2")
    (state_folder() / "openings.json").write_bytes(content)
    assert count_opening(SET, "run/3", said.append) == 3
    assert len(said) == 1 and "openings.json is damaged" in said[0] and "second copy" in said[0]
    assert list(json.loads((state_folder() / "openings.json").read_text())) == ["run/1", "run/2", "run/3"]


def test_openings_without_a_whole_copy_count_from_one_again_and_say_so() -> None:
    said = list[str]()
    count_opening(SET, "run/1")
    for path in state_folder().glob("*.json"):
        path.write_bytes(b"{")
    assert count_opening(SET, "run/2", said.append) == 1
    assert "count from 1 again" in said[0] and (state_folder() / "openings.damaged").exists()


def test_a_count_that_cannot_be_kept_is_an_error_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LLMDL_STATE", str(tmp_path / "file" / "below"))
    with pytest.raises(LlmdlError, match="LLMDL_STATE names another folder") as error:
        count_opening(SET, "run/1")
    assert error.value.exit_code == 74
