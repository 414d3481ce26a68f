"""`llmdl export` hands over a patch with a page for its reviewer, compared with what the run sent, paying nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.plain import digest

from .conftest import HERE


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where agents are kept with their finished runs: each is trained once, and every test has a copy."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
def run(
    llmdl: Callable[..., Any], rows: Path, tmp_path: Path, teacher: str, request: pytest.FixtureRequest, trained: Path
) -> Iterator[Callable[..., Any]]:
    """A finished run in runs/a of an agent in a repository of its own, trained with a teacher."""
    change = getattr(request, "param", ("", ""))
    if not (kept := trained / digest(change)).exists():
        (tmp_path / "app").mkdir()
        (tmp_path / "app" / "mail_desk.py").write_text((HERE / "agents" / "desk.py").read_text().replace(*change))
        subprocess.run(["git", "init", "-q", "."], cwd=tmp_path / "app", check=True)
        options = ["--data", rows, "--loss", "exact_match", "--teacher", teacher, "--folder", "runs/a", "--quiet"]
        done = llmdl("fit", "app/mail_desk.py:graph", *options)
        assert done.code == 0, done.err
        shutil.copytree(tmp_path, kept)
        sys.modules.pop("mail_desk", None)
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
    yield llmdl
    sys.modules.pop("mail_desk", None)


def calls_paid(tmp_path: Path) -> int:
    from llmdl_plugins.report.source import read_run

    return read_run(tmp_path / "runs/a").journal.calls


ACTING = (
    '"""Name the desk."""',
    """in_copy = __import__("sys").modules.get("llmdl_plugins", 0) is None
    if os.environ.get("ACT_AT") and (in_copy or not os.environ.get("ACT_IN_COPY")):
        open(os.environ["ACT_AT"], "w").close()""",
)
DATED = (
    "SystemMessage(PROMPT)",
    "SystemMessage(f'{PROMPT}\\nIt is {__import__(\"datetime\").datetime.now().isoformat()} now.')",
)


@pytest.mark.parametrize("run", [DATED], indirect=True)
def test_a_prompt_that_says_what_time_it_is_is_verified_for_nothing(
    run: Callable[..., Any], rows: Path, tmp_path: Path
) -> None:
    paid = calls_paid(tmp_path)
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", rows)
    assert done.code == 0, done.err
    assert "verified: every message of 3 calls of 3 probes is equal" in done.err and calls_paid(tmp_path) == paid


def test_a_run_of_a_langgraph_json_is_exported_with_its_variables(
    run: Callable[..., Any], rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"dependencies": ["."], "graphs": {"desk": "./mail_desk.py:graph"}, "env": ".env"}
    (tmp_path / "app/langgraph.json").write_text(json.dumps(config))
    (tmp_path / "app/.env").write_text("DESK_MODEL=desk_model:model\n")
    told = json.loads((tmp_path / "runs/a/config.json").read_text())
    (tmp_path / "runs/a/config.json").write_text(json.dumps({**told, "target": "app/langgraph.json"}))
    monkeypatch.delenv("DESK_MODEL")
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", rows)
    assert done.code == 0 and "3 calls of 3 probes is equal" in done.err, done.err


def test_an_application_that_raises_while_it_is_verified_is_one_line(
    run: Callable[..., Any], rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESK_MODEL")
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", rows)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "can't be replayed: the application raised KeyError: 'DESK_MODEL'" in done.err


def test_what_differs_between_runs_is_the_same_for_the_ledger_and_for_the_process_alone() -> None:
    from llmdl_langgraph.exporting import replay_alone
    from llmdl_plugins.run import undated

    assert (undated.TIME, undated.IDENTITY) == (replay_alone.TIME, replay_alone.IDENTITY)


def test_a_patch_comes_with_its_page_and_is_verified_for_nothing(
    run: Callable[..., Any], rows: Path, tmp_path: Path
) -> None:
    paid = calls_paid(tmp_path)
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", rows)
    assert done.code == 0, done.err
    assert "verified: every message of 3 calls of 3 probes is equal" in done.err
    assert done.out.split() == ["app/prompts.patch", "app/REVIEW.md"] and calls_paid(tmp_path) == paid
    told = (tmp_path / "app/REVIEW.md").read_text()
    assert "Holds: node names" in told and "Holds: a thread of the original goes on" in told
    assert "Holds: messages of the patched copy (3 calls of 3 rows" in told
    assert "Said of its failures" in told and "<ins>" in told and "git apply -R prompts.patch" in told
    assert "| price (US dollars) | unknown" in told and "| model calls | 1.00 | 1.00 |" in told
    result = json.loads((tmp_path / "runs/a/result.json").read_text())
    assert result["discordant"] > 0 and f"| {result['discordant']} | 0 | once |" in told
    subprocess.run(["git", "apply", "prompts.patch"], cwd=tmp_path / "app", check=True)
    sys.modules.pop("mail_desk")
    again = run("export", "runs/a")
    assert again.code == 2 and "The patch of this run is applied already" in again.err
    told = (tmp_path / "runs/a/result.json").read_text()
    assert told.count('"sort/prompt"') == 1
    (tmp_path / "runs/a/result.json").write_text(told.replace('"sort/prompt"', '"found/by_a_run"'))
    sys.modules.pop("mail_desk")
    assert "The patch of this run is applied already" in run("export", "runs/a").err
    (tmp_path / "runs/a/result.json").write_text(told)
    subprocess.run(["git", "apply", "-R", "prompts.patch"], cwd=tmp_path / "app", check=True)
    sys.modules.pop("mail_desk")
    patch = run("export", "runs/a").out
    assert patch == (tmp_path / "app/prompts.patch").read_text() and "lease name the desk" in patch
    assert '-PROMPT = "You sort stories for a newspaper. Name the desk' in patch and "+PROMPT = " in patch


def test_the_page_alone_and_never_over_somebody_elses(run: Callable[..., Any], tmp_path: Path) -> None:
    page = run("export", "runs/a", "--as", "review").out
    assert page.startswith("# Trained prompts for review") and "--verify ROWS" in page
    (tmp_path / "app/REVIEW.md").write_text("How we review here.")
    assert run("export", "runs/a", "-o", "app/prompts.patch").code == 0
    assert (tmp_path / "app/REVIEW.md").read_text() == "How we review here."
    assert (tmp_path / "app/prompts.REVIEW.md").read_text().startswith("# Trained prompts for review")


def test_without_a_gain_nothing_is_written_until_it_is_asked_for(run: Callable[..., Any], tmp_path: Path) -> None:
    told = json.loads((tmp_path / "runs/a/result.json").read_text())
    (tmp_path / "runs/a/result.json").write_text(json.dumps({**told, "status": "no gain shown"}))
    done = run("export", "runs/a", "-o", "app/prompts.patch")
    assert done.code == 3 and "stays as it is (--candidate gives what it ended with)" in done.err
    assert not (tmp_path / "app/prompts.patch").exists() and not (tmp_path / "app/REVIEW.md").exists()
    for form in ("module", "weights", "review"):
        assert run("export", "runs/a", "--as", form, "-o", "app/out").code == 3 and not (tmp_path / "app/out").exists()
    assert run("export", "runs/a", "-o", "app/prompts.patch", "--candidate").code == 0
    assert (tmp_path / "app/prompts.patch").read_text().count("+PROMPT") == 1


def test_rows_that_the_run_has_not_seen_are_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    other = {"inputs": {"messages": [{"role": "user", "content": "never asked"}]}, "expected": {"desk": "news"}}
    (tmp_path / "other.jsonl").write_text(json.dumps(other) + "\n")
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", "other.jsonl")
    assert done.code == 2 and "remembers no answers to a row of other.jsonl" in done.err
    assert not (tmp_path / "app/prompts.patch").exists()


def test_a_difference_is_an_error_and_nothing_is_written(run: Callable[..., Any], rows: Path, tmp_path: Path) -> None:
    path = tmp_path / "app/mail_desk.py"
    told = "SystemMessage(PROMPT if 'pytest' in __import__('sys').modules else PROMPT + '!')"
    path.write_text(path.read_text().replace("SystemMessage(PROMPT)", told))
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", rows)
    assert done.code == 1 and "message 1 differs from character" in done.err and "Nothing was written" in done.err
    assert not (tmp_path / "app/prompts.patch").exists()


def test_middleware_is_for_agents_of_create_agent(run: Callable[..., Any]) -> None:
    done = run("export", "runs/a", "--as", "middleware")
    assert done.code == 2 and "Only an agent made by langchain.agents.create_agent" in done.err


def test_a_notebook_can_be_shown(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    source = (HERE / "agents" / "desk.py").read_text()
    cells = [{"cell_type": "code", "source": text.splitlines(keepends=True)} for text in ("%pip install x", source)]
    (tmp_path / "desk book.ipynb").write_text(json.dumps({"cells": cells}))
    done = llmdl("show", "desk book.ipynb:graph")
    assert done.code == 0 and "sort/prompt" in done.out, done.err
    sys.modules.pop("desk_book")
    missing = llmdl("show", "none.ipynb:graph")
    assert missing.code == 2 and "There is no file none.ipynb" in missing.err


def alone(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`llmdl export` of the run, in processes of its own."""
    line = [sys.executable, "-m", "llmdl_plugins.cli", "export", "runs/a", "-o", "app/prompts.patch", *options]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, sys.path)])}
    return subprocess.run(
        [*line, "--env", "DESK_MODEL"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300
    )


def test_what_the_application_does_at_import_is_refused(run: Callable[..., Any], rows: Path, tmp_path: Path) -> None:
    with (tmp_path / "app/mail_desk.py").open("a") as source:
        source.write(f"\nopen({str(tmp_path / 'made.txt')!r}, 'w').close()\n")
    done = alone(tmp_path)
    assert done.returncode == 2 and "Side effect at import: it was about to write" in done.stderr, done.stderr
    assert not (tmp_path / "made.txt").exists() and not (tmp_path / "app/prompts.patch").exists()
    done = alone(tmp_path, "--allow-write", str(tmp_path))
    assert done.returncode == 0 and (tmp_path / "app/prompts.patch").exists(), done.stderr


@pytest.mark.long
def test_the_copy_that_is_verified_is_guarded_too(
    run: Callable[..., Any], rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app/mail_desk.py"
    path.write_text(path.read_text().replace(*ACTING))
    made, verify = tmp_path / "made.txt", ("--verify", str(rows), "--env", "ACT_*")
    monkeypatch.setenv("ACT_AT", str(made))
    done = alone(tmp_path, *verify)
    assert done.returncode == 2 and "Side effect at sort: it was about to write" in done.stderr, done.stderr
    monkeypatch.setenv("ACT_IN_COPY", "yes")
    done = alone(tmp_path, *verify)
    assert done.returncode == 1 and "Side effect at the exported copy" in done.stderr, done.stderr
    assert not made.exists()
    done = alone(tmp_path, *verify, "--allow-write", str(tmp_path))
    assert done.returncode == 0 and made.exists(), done.stderr


COUNTING = (
    '"""Name the desk."""',
    """if os.environ.get("ACT_AT"):
        with open(os.environ["ACT_AT"], "a") as acts:
            acts.write("x")""",
)


def test_no_more_rows_are_run_than_are_compared(
    run: Callable[..., Any], rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app/mail_desk.py"
    path.write_text(path.read_text().replace(*COUNTING))
    monkeypatch.setenv("ACT_AT", str(tmp_path / "acts.txt"))
    done = run("export", "runs/a", "-o", "app/prompts.patch", "--verify", rows)
    assert done.code == 0 and "3 calls of 3 probes is equal" in done.err, done.err
    begun = len((tmp_path / "acts.txt").read_text())
    assert begun <= 3 * 3 + 1, "three rows three times, and the thread that REVIEW.md tells of"
