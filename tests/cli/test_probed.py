"""`fit` finds what `show --probe` finds: its first rows, which it runs anyway, show what the application sends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.seen import as_seen

from .conftest import HERE

TOLD = "You sort stories for a newspaper. Name the desk that should take the story."
AGAIN = "Think once more about the desk of the story that you were told about before."
LATE = ('SystemMessage(PROMPT), *state["messages"]', 'SystemMessage(told(state)), *state["messages"]')
READ = '''

def told(state: State) -> str:
    """The words of the day, from a module that is named when they are needed; once more, where it was told before."""
    return AGAIN if len(state["messages"]) > 1 else importlib.import_module(f"words_{len('on') - 1}").WORDS
'''


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Path]:
    """An agent whose prompt no source tells, since the module that holds it is imported by the node."""
    folder = tmp_path / "app"
    folder.mkdir()
    source = (HERE / "agents" / "desk.py").read_text().replace(*LATE).replace(TOLD, "")
    before, _, after = source.partition("\n\ndef sort")
    again = before.replace('PROMPT = ""', f'AGAIN = "{AGAIN}"')
    (folder / "late_desk.py").write_text(f"{again}{READ}\n\ndef sort{after}")
    (folder / "words_1.py").write_text(f'WORDS = "{TOLD}"\n')
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    yield folder
    for name in ("late_desk", "words_1"):
        sys.modules.pop(name, None)


def trained(shown: Any) -> dict[str, bool]:
    """Text → whether it is trained."""
    told = json.loads(shown.out)["parameters"].values()
    return {one["default"]: one["trainable"] for one in told if one["kind"] == "text"}


def test_fit_trains_and_exports_what_a_probe_shows(
    llmdl: Callable[..., Any], app: Path, rows: Path, teacher: str, tmp_path: Path
) -> None:
    target = "app/late_desk.py:graph"
    assert TOLD not in trained(llmdl("show", target, "--json"))
    sys.modules.pop("words_1", None)
    assert trained(llmdl("show", target, "--json", "--probe", 2, "--data", rows))[TOLD]
    sys.modules.pop("words_1", None)
    options = ("--data", rows, "--loss", "exact_match", "--teacher", teacher, "--folder", "runs/a", "--quiet")
    done = llmdl("fit", target, *options, "--json")
    assert done.code == 0, done.err
    (changed,) = json.loads(done.out)["parameters"].values()
    assert changed["before"] == TOLD
    sys.modules.pop("words_1", None)
    patch = llmdl("export", "runs/a", "--as", "patch").out
    assert f'-WORDS = "{TOLD}"' in patch and "+WORDS = " in patch
    whole = (tmp_path / "runs/a/seen.json").read_text()
    for damaged in ("{", "{}", whole.replace('"tapes"', '"tape"')):
        (tmp_path / "runs/a/seen.json").write_text(damaged)
        refused = llmdl("export", "runs/a", "--as", "patch")
        assert refused.code == 2 and "seen.json is damaged" in refused.err
    (tmp_path / "payload.py").write_text("raise SystemExit('it was run')\n")
    (tmp_path / "runs/a/seen.json").write_text(whole.replace('"words_1"', '"words_1", "payload"'))
    for command in (("export", "runs/a", "--as", "patch"), ("fit", target, *options)):
        refused = llmdl(*command)
        assert refused.code == 2 and "does not import: payload. Nothing of them was imported" in refused.err
    (tmp_path / "runs/a/seen.json").write_text(whole)
    sys.modules.pop("words_1", None)
    again = json.loads(llmdl("fit", target, *options, "--json").out)
    assert again["parameters"] == json.loads(done.out)["parameters"]
    assert again["spent"]["calls"] == json.loads(done.out)["spent"]["calls"]


def test_what_the_first_rows_do_not_show_stays_as_the_source_tells_it(
    llmdl: Callable[..., Any], app: Path, rows: Path, teacher: str, tmp_path: Path
) -> None:
    from llmdl_plugins.network import trainable
    from llmdl_plugins.target import load_target

    target = "app/late_desk.py:graph"
    assert not trained(llmdl("show", target, "--json", "--probe", 2, "--data", rows))[AGAIN]
    given = ("--data", rows, "--loss", "exact_match", "--teacher", teacher, "--folder", "runs/b", "--quiet")
    assert llmdl("fit", target, *given).code == 0
    network = as_seen(trainable(load_target(target)), RunFolder(tmp_path / "runs/b").read("seen.json"))
    assert {TOLD, AGAIN} <= {p.default for p in network.named_parameters().values() if p.trainable}


@pytest.mark.parametrize(("taught", "more"), [(True, 0), (False, 2)])
def test_the_first_rows_are_paid_once_but_for_an_architecture_around_a_node(
    llmdl: Callable[..., Any], agent: str, rows: Path, teacher: str, taught: bool, more: int
) -> None:
    by = ("--teacher", teacher) if taught else ()
    command = ("fit", agent, "--data", rows, "--loss", "exact_match", "--quiet", "--json", *by, "--folder")
    plain, probed = (json.loads(llmdl(*command, f"runs/{n}", "--probe", n).out) for n in (0, 2))
    assert probed["spent"]["calls"] == plain["spent"]["calls"] + more
    assert probed["parameters"] == plain["parameters"]


def test_where_the_source_shows_nothing_to_train_the_way_on_is_said(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    source = (HERE / "agents" / "desk.py").read_text()
    (tmp_path / "told_desk.py").write_text(source)
    (tmp_path / "bare_desk.py").write_text(source.replace("SystemMessage(PROMPT), ", ""))
    assert llmdl("show", "told_desk.py:graph").err == ""
    shown = llmdl("show", "bare_desk.py:graph")
    assert shown.code == 0 and "Its source alone shows nothing to train: --probe 2" in shown.err


def test_the_doctor_finds_what_a_run_would(llmdl: Callable[..., Any], app: Path, rows: Path) -> None:
    command = ("doctor", "app/late_desk.py:graph", "--data", rows, "--loss", "exact_match", "--quiet", "--json")
    blind, looked = (json.loads(llmdl(*command, *more).out)["findings"] for more in (("--no-calls",), ("--calls", 60)))
    trained = [next(f["figures"]["trainable"] for f in found if f["area"] == "parameters") for found in (blind, looked)]
    assert "sort/words" not in trained[0] and "sort/words" in trained[1]
    sys.modules.pop("words_1", None)
    refused = llmdl(*command, "--calls", 60, "--only", "sort/no_such*")
    assert refused.code == 2 and "No parameter matches 'sort/no_such*'" in refused.err


def test_patterns_mean_the_parameters_that_are_found(llmdl: Callable[..., Any], app: Path, rows: Path) -> None:
    command = ("fit", "app/late_desk.py:graph", "--data", rows, "--loss", "exact_match", "--quiet", "--only")
    done = llmdl(*command, "sort/no_such*")
    assert done.code == 2 and "No parameter matches 'sort/no_such*'" in done.err


def test_workers_find_the_same_without_a_run(
    llmdl: Callable[..., Any], app: Path, rows: Path, teacher: str, tmp_path: Path
) -> None:
    options = ("--data", rows, "--loss", "exact_match", "--teacher", teacher, "--folder", "runs/w", "--quiet", "--json")
    done = llmdl("fit", "app/late_desk.py:graph", *options, "--executor", "processes", "--workers", 1)
    assert done.code == 0, done.err
    (changed,) = json.loads(done.out)["parameters"].values()
    assert changed["before"] == TOLD
