"""The page holds what a reader needs, at every stage of a run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmdl_plugins import Prompt, Sequential, Trainer, trainable
from llmdl_plugins.report.page import write_report
from llmdl_plugins.report.source import read_run
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.testing import SimulatedChat, Simulator

from .conftest import BASELINE, CONFIG, FIXED_LEFT, RESULT, TEXT_TAKEN, Make


def page(folder: Path) -> str:
    return write_report(folder).read_text(encoding="utf-8")


def test_a_real_run_becomes_a_page(run_folder: Path) -> None:
    simulator = Simulator(skill="rule", seed=3, rules=3)
    chat = SimulatedChat(simulator=simulator, temperature=0)
    network = trainable(Sequential(Prompt(chat, "Answer the ticket.", "question", "answer")))
    rows = [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset("all", 200)]
    result = Trainer(network, "exact_match", rows, optimizer="textual-gradient", teacher=chat, folder=run_folder).fit()
    text = page(run_folder)
    assert result.status == "improved"
    assert f"{100 * result.after:.1f} % after" in text if result.after is not None else False
    assert "<del>Answer the ticket.</del>" in text
    assert "Helped: new text for layers.0/instruction" in text
    assert "result.save_patch" in text
    flips = read_run(run_folder).journal.flips
    changes = [flip.after - flip.before for flip in flips]
    assert len(flips) == min(50, result.discordant or 0) and changes == sorted(changes)
    assert f"<dt>expected</dt><dd>{flips[-1].expected}</dd>" in text and flips[-1].said_after == flips[-1].expected


def test_the_page_shows_changes_proposals_spending_settings_and_what_next(make: Make) -> None:
    text = page(make())
    assert "Be brief<ins> and kind</ins>." in text
    assert "<del>plain</del> → <ins>static</ins>" in text
    assert "0 → 5 worked examples; the first 3" in text and text.count("<dt>input</dt>") == 3
    assert "another text for route/prompt" in text
    assert "3,400" in text and "0.02" in text
    assert "2 train, 1 val, 1 test; seed 7" in text
    assert "--as module" in text and "--as patch" not in text  # an option was chosen, which no patch holds
    assert 'aria-label="difference +20.0 points, 95 % interval +10.0 to +30.0"' in text
    assert "no model: vote" in text
    assert "1 sealed row went otherwise" in text and "<dt>after</dt><dd>sport</dd>" in text


def test_where_texts_alone_have_changed_there_is_a_patch(make: Make) -> None:
    prompt = {"route/prompt": RESULT["parameters"]["route/prompt"]}
    text = page(make({**RESULT, "parameters": prompt}))
    assert "--as patch" in text and "git apply -R" in text


def test_a_baseline_that_wins_stands_at_the_top(make: Make) -> None:
    text = page(make(baseline={**BASELINE, "vote": 0.9}))
    assert text.index("better than the trained application") < text.index("<svg")


def test_no_gain_says_that_values_are_not_handed_over(make: Make) -> None:
    assert "--candidate" in page(make({**RESULT, "status": "no gain shown", "interval": [-0.1, 0.3]}))


def test_a_run_under_way_is_reported_while_it_is_locked_and_written(make: Make) -> None:
    folder = make(None, [])
    with RunFolder(folder).opened(CONFIG) as ledger:
        ledger.add_event("verdict", {**TEXT_TAKEN, "what": "written just now"}).result()
        text = page(folder)
        ledger.add_event("verdict", FIXED_LEFT).result()
    assert "Under way" in text and "written just now" in text
    assert "There is nothing to take yet" in text


def test_a_folder_without_a_ledger_is_a_run_that_has_just_begun(make: Make) -> None:
    folder = make(None, [])
    (folder / "ledger.db").unlink()
    assert "Nothing has been proposed yet." in page(folder)


def test_a_forced_folder_says_in_what_it_differed(make: Make) -> None:
    assert "although data, loss differed" in " ".join(
        page(make(config={**CONFIG, "forced": [["data", "loss"]]})).split()
    )


@pytest.mark.skipif(os.name == "nt", reason="modes of files")
def test_only_the_owner_may_read_the_page(make: Make) -> None:
    folder = make()
    assert write_report(folder).stat().st_mode & 0o777 == 0o600
    assert {path.stat().st_mode & 0o077 for path in folder.glob("report*")} == {0}
    assert not (folder / ".report.html.new").exists()


def test_a_long_list_is_cut_and_says_so(make: Make) -> None:
    text = page(make(moves=[FIXED_LEFT] * 250))
    assert "50 more are in the ledger." in text


def test_reading_a_report_loads_no_model_library() -> None:
    code = "import sys, llmdl_plugins.report.page; sys.exit(any(m.startswith('lang') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
