"""A damaged ledger loses the damaged rows, never the run: what can be read is saved, the damaged file is kept."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LedgerError, RunFolderError
from llmdl_plugins.run.database import opened
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.salvage import unfinished
from llmdl_plugins.run.schema import KEPT, VERSION

from . import damage
from .damage import PAGE, ROWS, garble, missing

FRAME = PAGE + 24
A_PAGE_OF_ROWS = 80


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    damage.closed(folder / "closed.db")
    damage.cut_off(folder / "killed.db")
    return folder


@pytest.fixture
def closed(sound: Path, tmp_path: Path) -> Path:
    """The ledger of a process that closed it."""
    return Path(shutil.copy(sound / "closed.db", tmp_path / "ledger.db"))


@pytest.fixture
def killed(sound: Path, tmp_path: Path) -> Path:
    """The ledger of a process that was killed."""
    shutil.copy(sound / "killed.db-wal", tmp_path / "ledger.db-wal")
    return Path(shutil.copy(sound / "killed.db", tmp_path / "ledger.db"))


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def test_a_sound_ledger_is_opened_without_a_word(closed: Path) -> None:
    assert missing(closed) == (set(), [])


def test_a_killed_process_leaves_nothing_to_say(killed: Path) -> None:
    assert log_of(killed).stat().st_size > 50 * FRAME
    assert missing(killed) == (set(), [])


@pytest.mark.parametrize("length", [16, 100, PAGE])
def test_a_lost_header_loses_no_row(closed: Path, length: int) -> None:
    before = closed.read_bytes()
    garble(closed, 0, length)
    damaged = closed.read_bytes()
    gone, said = missing(closed)
    assert gone == set() and len(said) == 1
    assert f"{ROWS} calls, 1 failures, {ROWS} rollouts, {ROWS} tools could be saved" in said[0]
    assert closed.with_name("ledger.damaged-1.db").read_bytes() == damaged != before


@pytest.mark.parametrize("page", [2, 3, 4, 5, 50, 100, 200, -1])
def test_a_bad_page_loses_at_most_its_own_rows(closed: Path, page: int) -> None:
    lose_page(closed, page % (closed.stat().st_size // PAGE), page)


@pytest.mark.long
def test_no_bad_page_loses_more_than_its_own_rows(sound: Path, tmp_path: Path) -> None:
    for page in range((sound / "closed.db").stat().st_size // PAGE):
        (tmp_path / str(page)).mkdir()
        lose_page(Path(shutil.copy(sound / "closed.db", tmp_path / str(page) / "ledger.db")), page, page)


def lose_page(path: Path, page: int, seed: int) -> None:
    garble(path, page * PAGE, PAGE, seed)
    gone, said = missing(path)
    assert len(gone) <= A_PAGE_OF_ROWS and len({key.partition("/")[0] for key in gone}) <= 1, (page, gone)
    assert said


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_of_a_truncated_file_what_is_left_is_saved(closed: Path, share: float) -> None:
    left = int(closed.stat().st_size * share)
    with closed.open("r+b") as file:
        file.truncate(left)
    gone, said = missing(closed)
    assert len(gone) <= (1 - share) * 3 * ROWS * 1.4 + A_PAGE_OF_ROWS
    assert len(said) == 1


@pytest.mark.parametrize("frame", [0, 5, 100])
def test_a_bad_frame_of_the_log_does_not_take_those_behind_it_along(killed: Path, frame: int) -> None:
    garble(log_of(killed), 32 + frame * FRAME + 300, 200)
    gone, said = missing(killed)
    assert len(gone) <= 2 and len(said) <= 1


def test_a_log_without_its_header_loses_no_row(killed: Path) -> None:
    garble(log_of(killed), 0, 32)
    gone, said = missing(killed)
    assert gone == set() and "more rows could be saved" in said[0]


def test_a_torn_end_of_the_log_loses_its_last_row_at_most(killed: Path) -> None:
    with log_of(killed).open("r+b") as file:
        file.truncate(log_of(killed).stat().st_size - 100)
    assert len(missing(killed)[0]) <= 1


def test_the_log_outlives_an_emptied_file(killed: Path) -> None:
    killed.write_bytes(b"")
    gone, said = missing(killed)
    assert len(gone) < 3 * ROWS and "is empty" in said[0] and "more rows could be saved" in said[1]


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 5_000, b"hello", b"{}" * 9_000], ids=["empty", "nul", "few", "json"]
)
def test_what_is_no_ledger_is_kept_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    gone, said = missing(path)
    assert len(gone) == 3 * ROWS and len(said) == 1
    if content:
        assert path.with_name("ledger.damaged-1.db").read_bytes() == content


def test_damage_anywhere_at_once_never_ends_in_a_traceback(sound: Path, tmp_path: Path) -> None:
    fuzz(sound, tmp_path, range(12))


@pytest.mark.long
def test_damage_anywhere_at_once_never_ends_in_a_traceback_long(sound: Path, tmp_path: Path) -> None:
    fuzz(sound, tmp_path, range(12, 400))


def fuzz(sound: Path, tmp_path: Path, seeds: range) -> None:
    for seed in seeds:
        chance, folder = random.Random(seed), tmp_path / str(seed)
        folder.mkdir()
        for end in ("", "-wal"):
            path = Path(shutil.copy(sound / f"killed.db{end}", folder / f"ledger.db{end}"))
            for _ in range(chance.choice([0, 1, 3, 30])):
                garble(path, chance.randrange(path.stat().st_size), chance.choice([1, 4, 100, 9_000]), seed)
        missing(folder / "ledger.db")


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_salvage_that_was_cut_off_goes_on(closed: Path, cut: str) -> None:
    garble(closed, 0, 100)
    if cut == "after":  # all is saved, the damaged file has its new name, the saved one not yet
        closed.rename(closed.with_name("ledger.damaged-1.db"))
        damage.closed(unfinished(closed))
    else:  # the new file was begun
        unfinished(closed).write_bytes(b"SQLite format 3\x00" + b"\x00" * 500)
    assert missing(closed)[0] == set()
    assert not unfinished(closed).exists()


def test_a_damaged_record_is_dropped_and_said(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as db, db:
        db.execute("UPDATE calls SET answer = '{\"n\": 7, \"te' WHERE key = 'call/7'")
        db.execute("UPDATE rollouts SET record = CAST(x'7b22ff227d' AS TEXT) WHERE key = 'rollout/8'")
    gone, said = missing(closed)
    assert gone == {"call/7", "rollout/8"}
    assert [text.partition(" was dropped ")[2] for text in said] == [
        "(one of calls): it is made again",
        "(one of rollouts): it is made again",
    ]
    assert missing(closed) == (gone, [])


def test_damage_that_shows_during_a_run_ends_it_and_is_mended_by_the_next(closed: Path) -> None:
    ledger = Ledger(closed)
    size = closed.stat().st_size
    garble(closed, 2 * PAGE, size - 2 * PAGE)
    with pytest.raises(LedgerError, match="can't be read .* Run the same command again: what can be read"):
        for n in range(ROWS):
            ledger.answer(f"call/{n}")
    with pytest.raises(LedgerError):
        ledger.add_call(Call("new", "node", {}, False), 1, None, 0.0).result()
    ledger.close()
    assert "was damaged" in missing(closed)[1][0]


def test_a_newer_format_is_refused_and_left_as_it_is(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as db:
        db.execute("PRAGMA user_version = 7")
    with pytest.raises(RunFolderError, match=rf"newer llmdl-plugins \(format 7, this one knows {VERSION}\): update"):
        Ledger(closed)
    with closing(sqlite3.connect(closed)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (7,)


def test_what_was_written_before_formats_were_counted_is_read(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as db:
        for table in KEPT:
            db.execute(f"ALTER TABLE {table} DROP COLUMN crc")
        db.execute("PRAGMA user_version = 0")
    assert missing(closed) == (set(), [])
    with closing(sqlite3.connect(closed)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE TABLE invoices (id)", "it holds invoices"),
        ("CREATE TABLE calls (key, answer)", "it holds calls"),
        ("CREATE VIEW calls AS SELECT 1 AS key", "it holds calls"),
    ],
)
def test_a_database_of_something_else_is_refused(tmp_path: Path, statement: str, words: str) -> None:
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
    with pytest.raises(RunFolderError, match=words):
        opened(path, lambda text: None)


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE rollouts", "CREATE VIEW rollouts AS SELECT 1 AS key, '{}' AS record, 0 AS at, 0 AS crc"),
        ("CREATE TRIGGER rollouts_gone AFTER INSERT ON events BEGIN DELETE FROM rollouts; END",),
    ],
)
def test_a_ledger_that_computes_or_acts_when_it_is_read_is_refused(closed: Path, statements: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(closed)) as db:
        for statement in statements:
            db.execute(statement)
    with pytest.raises(RunFolderError, match="is no ledger: it holds rollouts"):
        Ledger(closed)


def test_a_ledger_with_a_column_that_is_computed_is_refused(closed: Path) -> None:
    with closing(sqlite3.connect(closed)) as db:
        db.execute("ALTER TABLE calls ADD COLUMN more TEXT GENERATED ALWAYS AS (upper(key)) VIRTUAL")
    with pytest.raises(RunFolderError, match=r"calls has the columns .*, more\."):
        Ledger(closed)
