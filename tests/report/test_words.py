"""The report says what helped in words, and says it where nothing did."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins.report.source import read_run
from llmdl_plugins.report.verdict import verdict
from llmdl_plugins.report.words import what_helped

from .conftest import BASELINE, CONFIG, FIXED_LEFT, RESULT, TEXT_LEFT, TEXT_TAKEN, Make, move

NO_GAIN = {**RESULT, "status": "no gain shown", "after": 0.51, "gain": 0.01, "interval": [-0.06, 0.08], "p": 0.8}
STOPPED = {"status": "stopped", "test_size": 100, "openings": 0, "before": None, "after": None, "interval": None}


def said(make: Make, **records: Any) -> str:
    return "\n".join(what_helped(read_run(make(**records))))


def test_improved_names_what_was_accepted_with_its_screen_gain(make: Make) -> None:
    words = said(make)
    assert "Helped: new text for route/prompt. 50.0 % → 60.0 % (+10.0 points) on 32 val rows, 5 won, 2 lost" in words
    assert "Did not help: 1 proposal of instructions." in words
    assert "Instructions were trained: 1 of 2 proposals accepted." in words
    assert "trained values are handed over" in words
    assert "The application beats that before (50.0 %) and after training (70.0 %)." in words


def test_rejected_moves_are_grouped_and_the_nearest_miss_is_told(make: Make) -> None:
    words = said(make, moves=[TEXT_LEFT, move("a third", ["route/prompt"], False, 0.8), FIXED_LEFT])
    assert "Nothing helped: no proposal passed the screen." in words
    assert "Did not help: 2 proposals of instructions. The nearest miss: " in words and "(P = 0.8)" in words
    assert "Did not help: 1 proposal of fixed worked examples." in words


def test_an_option_is_no_instruction_whatever_it_is_called(make: Make) -> None:
    rounds = {**move("rounds = 2", ["route/refine/rounds"], False), "kinds": {"route/refine/rounds": "choice"}}
    words = said(make, moves=[rounds])
    assert "Did not help: 1 proposal of options." in words and "Instructions were trained" not in words


def test_a_recipe_that_no_proposal_switched_on_is_said_to_be_untried(make: Make) -> None:
    config = {**CONFIG, "recipe": "refine", "optimizer": "demonstrations"}
    words = said(make, moves=[], result=NO_GAIN, config=config)
    assert "The recipe refine was not tried: the optimizer demonstrations proposed no choice." in words
    assert "or there is no place for them" in words and "--optimizer demonstrations does" not in words


def test_a_recipe_whose_choice_was_proposed_was_tried(make: Make) -> None:
    assert "was not tried" not in said(make, moves=[FIXED_LEFT], config={**CONFIG, "recipe": "demonstrations"})


def test_many_accepted_moves_are_cut_to_the_first_few(make: Make) -> None:
    words = said(make, moves=[TEXT_TAKEN] * 8)
    assert words.count("Helped:") == 5
    assert "3 more proposals passed the screen" in words


def test_no_gain_says_what_the_sealed_rows_are_compatible_with(make: Make) -> None:
    words = said(make, result=NO_GAIN)
    assert "from −6.0 to +8.0 points" in words and "a true gain of +1.0 takes more than 5,000." in words
    assert "The untouched application is handed over." in words


@pytest.mark.parametrize(
    ("figures", "words"),
    [({"gain": 0.08}, "that: a true gain of +8.0 takes about 387."), ({"gain": 0.9, "discordant": 3}, "that.")],
)
def test_no_gain_says_how_many_rows_it_would_take(make: Make, figures: dict[str, float], words: str) -> None:
    assert f"More test rows would narrow {words}" in said(make, result={**NO_GAIN, **figures})


def test_no_gain_without_a_change_is_called_noise(make: Make) -> None:
    assert "both sides of the sealed test are the same application" in said(make, result={**NO_GAIN, "parameters": {}})


def test_a_loss_and_too_few_rows_are_told_apart(make: Make) -> None:
    assert "is worse, by −2.0 points at the least" in said(make, result={**NO_GAIN, "interval": [-0.1, -0.02]})


def test_an_interval_above_0_without_a_small_p_is_too_few_rows(make: Make) -> None:
    words = said(make, result={**NO_GAIN, "interval": [0.01, 0.2], "p": 0.06, "discordant": 4})
    assert "Only 4 sealed items differ between before and after: too few to rule out chance (p = 0.06)." in words


def test_instructions_that_nobody_wrote_are_said_to_be_untried(make: Make) -> None:
    words = said(make, moves=[FIXED_LEFT], config={**CONFIG, "optimizer": "demonstrations"})
    assert "Instructions were not tried: there was no teacher" in words
    assert "--teacher PROVIDER:NAME" in words
    assert "Worked examples were tried: 1 fixed, 0 retrieved for each input; 0 accepted." in words


def test_a_teacher_whose_texts_were_unusable_is_told_from_no_teacher(make: Make) -> None:
    words = said(make, moves=[FIXED_LEFT], paths=["teacher/proposer/0"])
    assert "a teacher was asked, but nothing that it wrote came to the screen" in words


def test_what_was_wrong_with_most_refused_texts_is_said(make: Make) -> None:
    wrong = [{"parameter": "route/prompt", "why": why} for why in ("a slot is missing", "too long", "too long")]
    words = said(make, moves=[], paths=["teacher/proposer/0"], refused=wrong)
    assert "(3 texts refused; 2 of them for route/prompt: too long)" in words


def test_a_run_without_a_new_text_says_so(make: Make) -> None:
    assert "training ended without a new text to compare" in said(make, moves=[])


def test_a_stopped_run_claims_nothing(make: Make) -> None:
    folder = make(result=STOPPED, moves=[], baseline=None)
    assert "nothing is claimed" in verdict(read_run(folder))
    assert "the run ended before the teacher was asked" in "\n".join(what_helped(read_run(folder)))


@pytest.mark.parametrize(("best", "relation"), [(0.7, "as good as"), (0.8, "better than")])
def test_a_baseline_that_is_as_good_or_better_is_said_plainly(make: Make, best: float, relation: str) -> None:
    words = said(make, baseline={**BASELINE, "vote": best})
    assert f"That is {relation} the trained application (70.0 %)" in words
    assert "without a model call" in words


def test_a_baseline_between_before_and_after_credits_training(make: Make) -> None:
    assert "the trained one (70.0 %) does" in said(make, baseline={**BASELINE, "vote": 0.6})


def test_an_unmeasured_baseline_is_said_to_be_unmeasured(make: Make) -> None:
    assert "was not measured: rows are conversations." in said(make, baseline=None)


def test_a_test_set_that_was_opened_often_is_named(make: Make) -> None:
    assert "4 runs have opened this test set" in said(make, result={**RESULT, "openings": 4})


def test_the_verdict_is_one_sentence_with_all_figures(make: Make) -> None:
    assert verdict(read_run(make())) == (
        "Improved: 50.0 % before, 70.0 % after, on 100 sealed rows: a difference of +20.0 points "
        "(95 % interval +10.0 to +30.0; p = 0.001, McNemar exact, Tango interval; the test set was opened once)."
    )


def test_a_run_that_was_cut_off_says_how_to_go_on(make: Make) -> None:
    run = read_run(make(result=None, moves=[], baseline=None))
    assert verdict(run).startswith("Cut off: the run ended before it could write a result, 1 call and 0 proposals")
    assert f"with --folder {run.folder} goes on" in verdict(run)
    assert what_helped(run) == ["Nothing has been proposed yet."]


def test_what_was_taken_for_being_shorter_is_not_said_to_have_helped(make: Make) -> None:
    lighter = {**move("the same without the new text for route/prompt", ["route/prompt"], True), "after": 0.5}
    words = what_helped(read_run(make(moves=[TEXT_TAKEN, lighter])))
    assert words[0].startswith("Helped: new text for route/prompt")
    assert words[1].startswith("As good, and taken for being less: the same without the new text")
