"""No key that an application holds, sends, is sent or says is found on the disk, and what is replayed is as it was."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import stamina

from llmdl_plugins import Trainer
from llmdl_plugins.door.scope import Call
from llmdl_plugins.printable import printable
from llmdl_plugins.report.page import write_report
from llmdl_plugins.run.events import Event, Told
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.secrets import redact
from llmdl_plugins.secrets.values import Secrets

from . import leaky

ALL = [*leaky.NAMED, *leaky.LOOKS_LIKE]


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment, in a process that knows none yet."""
    monkeypatch.setenv("PLANTED_API_KEY", leaky.IN_ENV)
    monkeypatch.setenv("PLANTED_DB_PASSWORD", leaky.IN_DOTENV)
    another_process(monkeypatch)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries without the pauses."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_here", Secrets())


def trainer(model: leaky.Keyed, folder: Path, **given: Any) -> Trainer:
    options = {"teacher": model, "optimizer": "textual-gradient", "budget": "900 calls", "folder": folder, **given}
    return Trainer(leaky.graph_of(model), "exact_match", leaky.rows(), **options)


def test_no_key_is_found_in_a_run_folder(run_folder: Path) -> None:
    during: list[str] = []
    told: list[str] = []

    def look(event: Event) -> None:
        during.extend(leaky.found_in(run_folder, ALL))
        told.extend([printable(event.text)] if isinstance(event, Told) else [])

    model = leaky.Keyed(say=leaky.says)
    result = trainer(model, run_folder, watcher=look).fit()
    assert result.status == "improved"
    write_report(run_folder)
    assert leaky.found_in(run_folder, ALL) == during == []
    assert [secret for secret in ALL if any(secret in line for line in told)] == []
    stored = (run_folder / "ledger.db").read_bytes()
    assert b"[secret:PLANTED_API_KEY:" in stored and b"[secret:?" in stored


def test_a_resumed_run_is_the_same_and_pays_only_for_what_it_could_not_keep(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = leaky.Keyed(say=leaky.says), leaky.Keyed(say=leaky.says)
    before = trainer(first, run_folder).fit()
    another_process(monkeypatch)
    after = trainer(second, run_folder).fit()
    assert (after.status, after.before, after.after, after.parameters) == (
        (before.status, before.before, before.after, before.parameters)
    )
    asked_again = [text for text in second._calls if "row 3 " not in text and "row 3," not in text]
    assert all(any(secret in text for secret in leaky.LOOKS_LIKE) for text in asked_again)


def test_an_answer_comes_back_with_its_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"text": f'{leaky.IN_ENV} "and" [secret:PLANTED_API_KEY:00000000] [secret:] [secret:?'}
    record(tmp_path, said)
    another_process(monkeypatch)
    assert recorded(tmp_path) == said
    monkeypatch.setenv("PLANTED_API_KEY", "another-value-by-now")
    another_process(monkeypatch)
    assert recorded(tmp_path) is None


def test_what_only_looks_like_a_secret_is_read_by_its_own_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"text": leaky.LOOKS_LIKE[0]}
    record(tmp_path, said)
    assert recorded(tmp_path) == said
    another_process(monkeypatch)
    assert recorded(tmp_path) is None
    record(tmp_path, said)
    assert recorded(tmp_path) == said


@pytest.mark.parametrize("ask", ["[secret:PLANTED_API_KEY]", "[secret:PLANTED_API_KEY:00000000]", "[secret:"])
def test_a_planted_record_is_not_given_a_secret(tmp_path: Path, ask: str) -> None:
    record(tmp_path, "x")
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db, db:
        db.execute("UPDATE calls SET answer = ?", (json.dumps(ask),))
    assert leaky.IN_ENV not in json.dumps(recorded(tmp_path))


def record(folder: Path, said: Any) -> None:
    ledger = Ledger(folder / "ledger.db")
    ledger.add_call(Call("k", "node", {}, False), said, None, 0.0).result()
    ledger.close()


def recorded(folder: Path) -> Any:
    ledger = Ledger(folder / "ledger.db")
    try:
        return ledger.answer("k")
    finally:
        ledger.close()


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-abcdefghijklmnop1234",
        "AKIAABCDEFGHIJKLMNOP",
        "AIzaSyA0123456789abcdefghijklmnopqrstuv",
        "ghp_0123456789abcdefghijABCDEFGHIJ",
        "github_pat_0123456789abcdefghij_AB",
        "glpat-0123456789abcdefghij",
        "hf_0123456789abcdefghijABCDEFGHIJkl",
        "xoxb-1234567890-abcdefghij",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU",
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
        "'authorization': 'Basic dXNlcjpwYXNzd29yZA=='",
        "authorization\x1c=\u2003abcdefghijklmnop",
        "sk_live_abcdefghijklmnop1234",
        "org-0123456789abcdefghijklmn",
        "lone \ud83d AKIAABCDEFGHIJKLMNOP",
        "https://me:hunter22@host/x",
        "https://host/x?a=1&api_key=abcdefgh12345&b=2&token=abcdefgh99999",
        "ws://host?pass\u212aey=abcdefgh12345",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_known_forms_are_hidden_and_put_back(text: str) -> None:
    around = f"before {text} after"
    hidden = redact.hide(around)
    assert redact.has_secret(around) and redact.show(hidden) == around
    for part in ("abcdefgh", "0123456789", "hunter22", "MIIEp", "dXNlcjp", "c2lnbmF0", "ABCDEFGHIJKLMNOP"):
        assert part not in hidden


@pytest.mark.parametrize("text", ["a risk-averse task-force-of-many-people", "key=lambda x: x", "http://a.b/c?x=y", ""])
def test_plain_texts_stay(text: str) -> None:
    assert redact.hide(text) is text and redact.veil(text) == text


def test_a_secret_is_found_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    value = 'pass "word" & more/é\\'
    monkeypatch.setenv("ODD_PASSWORD", value)
    another_process(monkeypatch)
    ways = [value, json.dumps(value, ensure_ascii=False), "pass%20%22word%22%20%26%20more%2F%C3%A9%5C"]
    ways.append("pass &quot;word&quot; &amp; more/é\\")
    for way in ways:
        hidden = redact.hide(f"<{way}>")
        assert "word" not in hidden and redact.show(hidden) == f"<{way}>"
    assert json.loads(redact.show(redact.hide(json.dumps({"a": value}))) or "") == {"a": value}


def test_a_variable_that_comes_later_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    redact.hide("x")
    monkeypatch.setenv("LATE_TOKEN", "late-planted-value-123")
    assert "late-planted" not in redact.hide("it is late-planted-value-123")


def test_hiding_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        monkeypatch.setenv(f"KEY_{n}", f"{n}-a-key-of-usual-length-{n}-1234567890")
    text = ("The quick brown fox says many plain words to the other animals of the wood. " * 140)[:10_000]
    redact.hide(text)
    assert min(_seconds(lambda: redact.hide(text)) for _ in range(200)) < 50e-6


def test_no_text_makes_hiding_slow() -> None:
    for text in (
        "sk-" * 300_000,
        "://" + "a:" * 400_000,
        "://x?" + "a" * 1_000_000,
        "eyJ." * 250_000,
        "?key=" * 200_000,
    ):
        assert _seconds(lambda text=text: redact.hide(text)) < 3  # type: ignore[misc]


def _seconds(act: Callable[[], object]) -> float:
    since = time.perf_counter()
    act()
    return time.perf_counter() - since


@pytest.mark.skipif(os.name == "nt", reason="rights are others there")
def test_a_run_folder_is_readable_by_its_owner_only(run_folder: Path) -> None:
    trainer(leaky.Keyed(say=leaky.says), run_folder, budget="400 calls").fit()
    assert run_folder.stat().st_mode & 0o777 == 0o700
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in run_folder.iterdir() if p.stat().st_mode & 0o077} == {}
