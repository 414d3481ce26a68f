"""A page about text that models and strangers wrote: nothing of it becomes markup, code or a request."""

from __future__ import annotations

import json
import os
import sqlite3
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.errors import RunFolderError
from llmdl_plugins.report import journal
from llmdl_plugins.report.page import write_report

from .conftest import BASELINE, CONFIG, FLIP, RESULT, TEXT_LEFT, TEXT_TAKEN, Make

PAYLOADS = [
    "</script><img src=http://evil.test/x onerror=alert(1)>",
    "</style></title></textarea>--><svg onload=alert(1)><a href='javascript:alert(1)'>x</a>",
    '" onmouseover="alert(1)" x="',
    "' style='background:url(http://evil.test/)",
    "\x1b[31m\x1b]0;title\x07",
    "safe \u202e txt.exe \u2066 hidden",
    "nul \x00 here",
    "{{ 7*7 }} {% include 'page.html' %} {slot} {{{}}}",
    "👩‍💻 emoji \u2028 line \ud83d half",
    "&lt;b&gt; &amp; <!-- <![CDATA[",
    "long " + "x y " * 25_000,
]
ALLOWED = {"class", "lang", "charset", "content", "http-equiv", "name", "viewbox", "role", "aria-label"}
DRAWN = {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"}


class Markup(HTMLParser):
    """The elements and attributes that a page has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, set[str]] = {}
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def poisoned(value: Any, payload: str) -> Any:
    """The value with the payload in every text and in every key of an open mapping."""
    if isinstance(value, str):
        return value if value in ("improved", "no gain shown") else value + payload
    if isinstance(value, list):
        return [poisoned(one, payload) for one in value]
    if isinstance(value, dict):
        open_ended = any("/" in key for key in value) or set(value) <= {"python", "train", "val", "test"}
        return {key + payload if open_ended else key: poisoned(one, payload) for key, one in value.items()}
    return value


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
@pytest.mark.parametrize("status", ["improved", "no gain shown", "odd"])
def test_no_payload_becomes_markup(make: Make, payload: str, status: str) -> None:
    result, config = {**RESULT, "status": status}, {**CONFIG, "forced": [["data"]]}
    moves = [TEXT_TAKEN, TEXT_LEFT]
    folder = make(
        *(poisoned(part, payload) for part in (result, moves, BASELINE, config)), flips=[poisoned(FLIP, payload)]
    )
    text = write_report(folder).read_text(encoding="utf-8")
    found, clean = Markup(text), Markup(_clean_page(folder, result, config))
    assert found.tags - {"del", "ins"} == clean.tags - {"del", "ins"}
    assert not found.tags & {"script", "img", "a", "iframe", "link", "object", "form", "base"}
    assert set(found.attributes) <= ALLOWED | DRAWN
    assert all(found.attributes[name] == clean.attributes[name] for name in set(found.attributes) - DRAWN)
    assert not set(text) & set("\x00\x1b\x07\u202e\u2066")


def _clean_page(folder: Path, result: Any, config: Any) -> str:
    (folder / "result.json").write_text(json.dumps(result))
    (folder / "config.json").write_text(json.dumps(config))
    return write_report(folder).read_text(encoding="utf-8")


def test_the_page_asks_for_nothing(make: Make) -> None:
    text = write_report(make()).read_text(encoding="utf-8")
    assert "http:" not in text and "https:" not in text and "url(" not in text and "@import" not in text
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in Markup(text).attributes["content"]


def test_template_syntax_in_data_stays_text(make: Make) -> None:
    text = write_report(make(config={**CONFIG, "loss": "{{ 7*7 }}"})).read_text(encoding="utf-8")
    assert "<dd>{{ 7*7 }}</dd>" in text


@pytest.mark.parametrize("name", ["config.json", "result.json"])
@pytest.mark.parametrize("content", ["{", "[]", '{"status": 3, "seed": "x"}', "[" * 100_000, "\x00"])
def test_damaged_files_are_named(make: Make, name: str, content: str) -> None:
    folder = make()
    (folder / name).write_text(content)
    with pytest.raises(RunFolderError) as error:
        write_report(folder)
    assert name in str(error.value)


def test_a_file_that_is_not_utf8_is_named(make: Make) -> None:
    folder = make()
    (folder / "result.json").write_bytes(b'{"status": "\xff"}')
    with pytest.raises(RunFolderError, match=r"result\.json is damaged"):
        write_report(folder)


def test_a_damaged_ledger_is_named_and_left_as_it_is(make: Make) -> None:
    folder = make()
    (folder / "ledger.db").write_bytes(b"no database")
    with pytest.raises(RunFolderError, match=r"ledger\.db is damaged"):
        write_report(folder)
    assert (folder / "ledger.db").read_bytes() == b"no database"


@pytest.mark.parametrize("record", ["{", "[]", '{"what": 1}', "[" * 100_000])
def test_a_damaged_record_is_a_damaged_ledger(make: Make, record: str) -> None:
    folder = make()
    _write(folder, "INSERT INTO events (kind, record) VALUES ('verdict', ?)", record)
    with pytest.raises(RunFolderError, match="damaged"):
        write_report(folder)


def test_a_ledger_that_computes_without_end_is_given_up(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_PATIENCE", 0.2)
    folder = make()
    _write(folder, "DROP TABLE events")
    _write(
        folder,
        "CREATE VIEW events AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS id, 'verdict' AS kind, '{}' AS record FROM n",
    )
    with pytest.raises(RunFolderError, match="damaged"):
        write_report(folder)


def _write(folder: Path, statement: str, *values: str) -> None:
    db = sqlite3.connect(folder / "ledger.db")
    db.execute(statement, values)
    db.commit()
    db.close()


@pytest.mark.parametrize("name", ["config.json", "result.json", "ledger.db", "ledger.db-wal", "ledger.db-shm"])
@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_out_of_the_folder_are_refused(make: Make, tmp_path: Path, name: str) -> None:
    folder, secret = make(), tmp_path / "secret"
    secret.write_text('{"status": "secret"}')
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(secret)
    with pytest.raises(RunFolderError, match="no plain file"):
        write_report(folder)
    assert secret.read_text() == '{"status": "secret"}'


@pytest.mark.parametrize("name", ["report.html", ".report.html.new"])
@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_planted_link_is_not_written_through(make: Make, tmp_path: Path, name: str) -> None:
    folder, victim = make(), tmp_path / "victim"
    victim.write_text("mine")
    (folder / name).symlink_to(victim)
    page = write_report(folder)
    assert victim.read_text() == "mine"
    assert not page.is_symlink() and page.read_text().startswith("<!doctype html>")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_does_not_hang_the_report(make: Make) -> None:
    folder = make(None)
    os.mkfifo(folder / "result.json")
    with pytest.raises(RunFolderError, match="no plain file"):
        write_report(folder)


def test_the_named_application_is_not_imported(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(config={**CONFIG, "target": "app.py:graph"})
    (folder / "app.py").write_text("open('imported', 'w')\n")
    monkeypatch.chdir(folder)
    write_report(folder)
    assert not (folder / "imported").exists()
