"""Where a run folder may be, who may read it, and that nothing in it leads out of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LockedError, RunFolderError
from llmdl_plugins.run.folder import RunFolder

FILES = ["ledger.db", "ledger.db-wal", "ledger.db-shm", "config.json", "best.json", "result.json", "lock", "owner"]
NAMES = ["with space", "日本語 ü 👩‍💻", "n" * 255, "new\nline", "per%20cent?mode=ro#x", "-dash", "'q\"uote", "a\\b"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    folder = RunFolder(tmp_path / name)
    for _ in range(2):
        with folder.opened({"seed": 1}) as ledger:
            ledger.add_call(Call("k", "p", {}, False), "x", None, 0.0).result()
            assert ledger.answer("k") == "x"
    assert (tmp_path / name / "ledger.db").exists()


@pytest.mark.parametrize("name", ["n" * 256, "nul\x00", "file/below"])
def test_a_name_that_cannot_be_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    words = "Can't make the run folder .* Give another --folder"
    with pytest.raises(RunFolderError, match=words), RunFolder(tmp_path / name).opened({}):
        pass


def test_a_file_in_its_place_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("mine")
    with pytest.raises(RunFolderError, match="is a file"), RunFolder(tmp_path / "run").opened({}):
        pass
    assert (tmp_path / "run").read_text() == "mine"


def test_a_link_to_a_folder_is_the_users_choice(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "disk")
    with RunFolder(tmp_path / "run").opened({}):
        pass
    assert (tmp_path / "disk" / "ledger.db").exists()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder"])
def test_nothing_planted_in_the_folder_is_written_through(tmp_path: Path, name: str, kind: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    folder = tmp_path / "run"
    folder.mkdir()
    match kind:
        case "link":
            (folder / name).symlink_to(outside)
        case "dangling":
            (folder / name).symlink_to(tmp_path / "made")
        case "pipe":
            os.mkfifo(folder / name)
        case "folder":
            (folder / name).mkdir()
    with pytest.raises(RunFolderError, match="no plain file"), RunFolder(folder).opened({}):
        pass
    assert outside.read_text() == "mine" and not (tmp_path / "made").exists()
    assert os.path.lexists(folder / name)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_a_folder_is_its_owners_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    folder = RunFolder(tmp_path / "run")
    before = os.umask(umask)
    try:
        with folder.opened({}) as ledger:
            ledger.add_call(Call("k", "p", {}, False), "x", None, 0.0).result()
            folder.write("best.json", {})
            modes = {p.name: oct(p.stat().st_mode & 0o777) for p in folder.path.iterdir()}
    finally:
        os.umask(before)
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert {"ledger.db", "ledger.db-wal", "lock", "owner", "best.json"} <= modes.keys()
    assert set(modes.values()) == {"0o600"}


def test_a_folder_of_the_users_keeps_its_mode_and_its_files_are_private(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    with RunFolder(tmp_path / "run").opened({}):
        pass
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "run" / "ledger.db").stat().st_mode & 0o777 == 0o600


UNPRIVILEGED = """
import os, sys
sys.path[:] = sys.argv[3:]
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.run.folder import RunFolder
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with RunFolder(sys.argv[1]).opened({"seed": int(sys.argv[2])}):
        print("opened")
except LlmdlError as error:
    print(error.exit_code, error)
"""


@pytest.mark.parametrize("there", ["folder", "parent"])
def test_a_read_only_place_is_one_message(tmp_path: Path, there: str) -> None:
    for one in (tmp_path, *tmp_path.parents[:2]):
        one.chmod(0o755)
    (tmp_path / "run").mkdir(mode=0o555)
    run = tmp_path / "run" / ("" if there == "folder" else "one")
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(run), "1", *sys.path], capture_output=True, text=True, timeout=60
    )
    if "Traceback" in done.stderr and "setuid" in done.stderr:
        pytest.skip("this test can't give its rights away")
    assert done.stdout.startswith("2 Can't ") and "Permission denied" in done.stdout, done.stderr


HOLDER = """
import sys
from llmdl_plugins.run.folder import RunFolder
with RunFolder(sys.argv[1]).opened({}):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "run")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "open\n"
    return process


def test_the_second_process_is_told_who_the_first_is_and_a_killed_one_is_gone_at_once(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    folder = RunFolder(tmp_path / "run")
    words = f"Process {holder.pid} on {os.uname().nodename} is writing"
    with pytest.raises(LockedError, match=words) as error, folder.opened({}):
        pass
    assert error.value.exit_code == 75
    holder.kill()
    holder.communicate()
    assert (tmp_path / "run" / "owner").read_text().startswith(f"{holder.pid} ")  # stale, and no hindrance
    with folder.opened({}):
        assert (tmp_path / "run" / "owner").read_text().startswith(f"{os.getpid()} ")


@pytest.mark.parametrize("owner", ["", "gone", "\x1b[31m 1", "99999999 nowhere"])
def test_what_the_owner_file_says_locks_nothing(tmp_path: Path, owner: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "owner").write_text(owner)
    with RunFolder(tmp_path / "run").opened({}):
        pass


def test_two_threads_of_one_process_are_two_owners(tmp_path: Path) -> None:
    refused = list[BaseException]()

    def second() -> None:
        try:
            with RunFolder(tmp_path / "run").opened({}):
                pass
        except LockedError as error:
            refused.append(error)

    with RunFolder(tmp_path / "run").opened({}):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert [f"Process {os.getpid()} on " in str(e) and "another training" in str(e) for e in refused] == [True]
    second()
    assert len(refused) == 1
