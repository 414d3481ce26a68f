"""The paper's claims as a study: fair contrasts, a record without texts, tables without a model."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from llmdl_plugins import sync
from llmdl_plugins.cli.recipes import recipes
from llmdl_plugins.errors import DataError, LlmdlError
from llmdl_plugins.figures import percent
from llmdl_plugins.testing import ScriptedChat
from llmdl_recipes.claims import feedback, searching, wirings
from llmdl_recipes.claims.architectures import architectures
from llmdl_recipes.claims.contrasts import SAME_COST, at_equal_cost, paired
from llmdl_recipes.claims.measured import Measured, Record
from llmdl_recipes.claims.running import Rung
from llmdl_recipes.claims.sorter import Sorting, read
from llmdl_recipes.claims.table import TableWorld, tables, tabulated
from llmdl_recipes.claims.tables import lines

WORDS = {"lost": "card gone stolen vanished", "pin": "code digits number secret"}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A hundred questions of two kinds."""
    draw = random.Random(0)
    told = [(f"my {draw.choice(words.split())} {n}", label) for n in range(50) for label, words in WORDS.items()]
    path = tmp_path / "desk.jsonl"
    path.write_text("".join(json.dumps({"inputs": {"text": t}, "expected": {"label": of}}) + "\n" for t, of in told))
    return path


@pytest.fixture
def model() -> ScriptedChat:
    """Right four times of five about one text, and silly about numbers."""

    def said(messages: list[Any], kwargs: Any) -> str:
        text, luck = messages[-1].text.split("\n\n")[-1], random.Random(str(messages) + str(len(asked))).random()
        asked.append(text)
        right = next((label for label, words in WORDS.items() if any(word in text for word in words.split())), "2")
        return right if luck < 0.8 else "pin"

    asked: list[str] = []
    return ScriptedChat(said)


@pytest.fixture
def sorting(rows: Path) -> Sorting:
    return read(rows, asked=20)


def measured(record: Record, model: ScriptedChat, sorting: Sorting, folder: Path) -> None:
    rung = Rung("scripted", model, folder)
    sync.run(architectures(record, rung, [sorting]))
    sync.run(tabulated(record, rung, sorting))
    searching.searched(record, "evolution")


def test_self_consistency_costs_what_the_other_arm_costs() -> None:
    draws = {n: ([float(n > 1)] * 40, 100.0 * n) for n in (1, 3, 5)}
    for cost in (100, 180, 333, 480, 500):
        scores, spent = at_equal_cost(draws, cost)
        assert abs(spent / cost - 1) <= SAME_COST
        assert len(scores) == 40
    assert at_equal_cost(draws, 9000)[1] == 500, "there are no more draws to take"


def test_a_record_makes_the_same_tables_again_without_a_model_and_holds_no_text(
    model: ScriptedChat, sorting: Sorting, tmp_path: Path
) -> None:
    record = Record(tmp_path / "study" / "claims.jsonl")
    measured(record, model, sorting, tmp_path / "study")
    calls = len(model.calls)
    told, held = list(lines(record)), record.path.read_text()

    assert any("search works" in line for line in told) and any("votes at its tokens" in line for line in told)
    assert not any(str(row.inputs["question"]) in held for row in [*sorting.shown, *sorting.asked])
    assert list(lines(Record(record.path))) == told

    measured(Record(record.path), model, sorting, tmp_path / "study")
    assert len(model.calls) == calls, "what stands in the record was asked again"


@pytest.mark.long
def test_a_study_that_was_killed_pays_for_nothing_again(model: ScriptedChat, sorting: Sorting, tmp_path: Path) -> None:
    record = Record(tmp_path / "claims.jsonl")
    measured(record, model, sorting, tmp_path)
    calls = len(model.calls)
    record.path.unlink()  # the answers are still in the ledger
    measured(Record(record.path), model, sorting, tmp_path)
    assert len(model.calls) == calls


def test_all_arms_answer_with_the_same_examples(model: ScriptedChat, sorting: Sorting) -> None:
    task = next(wirings.tasks(sorting))
    for arm in wirings.arms(task, model):
        with arm.network.using(arm.values):
            before = len(model.calls)
            arm.network.invoke(task.rows[0].inputs)
        answers = [call for call in model.calls[before:] if task.question in call.text]
        assert answers, f"{arm.name} never asks"
        assert all(example in call.text for call in answers for pair in task.examples for example in pair)


def test_what_should_help_is_said_before(sorting: Sorting) -> None:
    sort, count = wirings.tasks(sorting)
    assert not sort.helps and set(count.helps) == {"windows"}
    assert all(0 <= int(str(row.expected)) <= 12 for row in count.rows)


@pytest.mark.long
def test_on_a_table_of_noise_no_search_works() -> None:
    shown = 0
    for world in range(20):
        record = _Kept(_noise(world))
        searching.searched(record, "evolution")
        shown += any("| yes |" in line for line in lines(record))
    assert shown <= 2


class _Kept(Record):
    """A record that is not written down."""

    def __init__(self, measured: list[Measured]) -> None:
        self._known = {one.name: one for one in measured}

    def add(self, measured: Any) -> None:
        self._known.update({one.name: one for one in measured})


def _noise(seed: int) -> list[Measured]:
    draw = random.Random(seed)
    space = {"options": {"a": [0, 1, 2], "b": [0, 1, 2, 3]}, "start": {"a": 0, "b": 0}, "conditions": {}}
    return [
        Measured(
            "table", "noise", "noise", f"{a},{b}", 0, [float(draw.random() < 0.6) for _ in range(60)],
            tokens=100.0, about={"architecture": [a, b], "space": space},
        )
        for a in range(3)
        for b in range(4)
    ]  # fmt: skip


def test_folders_of_trainings_have_plain_names() -> None:
    assert feedback.folder_name("lab, 2", "worked examples", 0) == "lab-2-worked-examples-0"


def test_where_one_architecture_is_better_a_search_finds_it() -> None:
    lines_ = [
        Measured(**{**vars(one), "scores": [1.0] * 60 if one.about["architecture"] == [2, 3] else one.scores})
        for one in _noise(1)
    ]
    record = _Kept(lines_)
    searching.searched(record, "halving")
    found = [one for one in record if one.claim == "search" and one.arm == searching.FOUND]
    assert sum(one.score == 1.0 for one in found) >= len(found) - 2


def test_locked_items_are_not_those_searched_on() -> None:
    world = TableWorld(_noise(0), seed=3)
    assert not set(world.items) & set(world.locked)
    assert len(world.items) == len(world.locked) == 30
    assert list(tables(_Kept(_noise(0)))) == [("noise", "noise")]


def test_what_did_not_reach_the_model_is_no_score_and_is_told(tmp_path: Path) -> None:
    arms = {"flat prompt": [1.0, 0.0, 1.0, 1.0], "mlp": [1.0, 1.0, None, None]}
    record = Record(tmp_path / "claims.jsonl")
    record.add(Measured("architectures", "r", "t", arm, 0, scores, tokens=9.0) for arm, scores in arms.items())
    (row,) = (line for line in lines(Record(record.path)) if line.startswith("| mlp"))
    assert "| 100.0 % (2 unreached) |" in row and "+50.0" in row
    assert paired(arms["mlp"], arms["flat prompt"]).gain == 0.5
    table = _noise(2)
    table[4] = Measured(**{**vars(table[4]), "scores": [None, *table[4].scores[1:]]})
    world = TableWorld(table, seed=0)
    assert 0 not in {*world.items, *world.locked} and len(world.items) + len(world.locked) == 59


def test_feedback_has_a_curve_of_what_each_incumbent_reached_for_its_tokens(tmp_path: Path) -> None:
    record = Record(tmp_path / "claims.jsonl")
    feedback.simulated(record, [0], calls=400, worlds=["rule"])
    told = {one.arm: one for one in record}
    curve = told[feedback.OWN].about["curve"]
    assert curve[0] == (0, told[feedback.START].score) and curve[-1][1] == told[feedback.OWN].score > 0.5
    assert [tokens for tokens, _ in curve] == sorted(tokens for tokens, _ in curve)
    assert curve[-1][0] <= told[feedback.OWN].about["spent"]["tokens"]
    shown = list(lines(Record(record.path)))
    (row,) = (line for line in shown if line.startswith("| simulated, rule | instructions by feedback |"))
    assert f"| {percent(told[feedback.OWN].score)} |" in row
    assert any("| as it is |" in line and line.endswith("| – | – | – | – |") for line in shown), (
        "minus itself says nothing"
    )


def test_trainings_are_measured_on_rows_that_they_never_saw_and_paid_for_once(
    model: ScriptedChat, sorting: Sorting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "SEEDS", range(1))
    record = Record(tmp_path / "claims.jsonl")

    def measure() -> int:
        before = len(model.calls)
        feedback.feedback(Record(record.path), Rung("scripted", model, tmp_path), model, [sorting], 90)
        return len(model.calls) - before

    paid = measure()
    told = {one.arm: one for one in Record(record.path)}
    assert set(told) == set(feedback.OPTIMIZERS) and all(len(one.scores) == 20 for one in told.values())
    assert all(told[arm].about["spent"]["calls"] <= 90 + 32 for arm in set(told) - {feedback.START})
    assert any("minus without feedback" in line for line in lines(Record(record.path)))
    record.path.unlink()  # the answers are still there
    assert paid > 200 and measure() == 0


def test_ctrl_c_in_a_training_ends_the_study_and_makes_no_arm_of_half_of_it(sorting: Sorting, tmp_path: Path) -> None:
    def said(messages: list[Any], kwargs: Any) -> str:
        if len(model.calls) == 60:
            os.kill(os.getpid(), signal.SIGINT)
        return "pin"

    model = ScriptedChat(said)
    record = Record(tmp_path / "claims.jsonl")
    with pytest.raises(KeyboardInterrupt):
        feedback.feedback(record, Rung("scripted", model, tmp_path), model, [sorting], 90)
    assert [one.arm for one in Record(record.path)] == [feedback.START]


def test_pairs_are_compared_as_the_sealed_test_does() -> None:
    assert paired([1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0]).p > 0.05
    assert paired([1] * 30, [0] * 30).interval[0] > 0


Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(recipes, ["run", "claims", *arguments])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--claim", "nothing"], "there are architectures, feedback, search"),
        (["--model", "local:x"], "--data and --model together"),
        (["--replay", "none.jsonl"], "There is no record none.jsonl"),
        (["--strategy", "nothing"], "No search 'nothing'"),
    ],
)
def test_misuse_is_said(run: Run, arguments: list[str], told: str) -> None:
    error = run(*arguments).exception
    assert isinstance(error, LlmdlError) and error.exit_code == 2 and told in str(error)


def test_a_strategy_that_takes_no_runs_is_refused_before_anything_is_measured(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("llmdl_recipes.claims.searching.find", lambda kind, name: lambda: None)
    error = run("--folder", str(tmp_path / "claims")).exception
    assert isinstance(error, LlmdlError) and "'portfolio' can't be told how many runs" in str(error)
    assert not (tmp_path / "claims").exists()


THEIRS = """from llmdl_plugins.plugins import Spec, hookimpl
from llmdl_plugins.searches.random_search import RandomSearch

class Theirs(RandomSearch):
    name = "theirs"

@hookimpl
def llmdl_searches():
    return [Spec("theirs", Theirs, "as random search")]
"""


def test_a_search_of_a_plugin_is_measured(run: Run, tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(THEIRS)
    given = ("--claim", "search", "--seeds", "1", "--strategy", "theirs", "--folder", str(tmp_path / "claims"))
    assert "No search 'theirs'" in str(run(*given).exception)
    said = run(*given, "--plugin", str(tmp_path / "theirs.py"))
    assert said.exit_code == 0 and "| theirs, 2000 |" in said.stdout


def test_what_is_no_record_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "claims.jsonl").write_text('{"format": 1}\n')
    error = run("--replay", str(tmp_path / "claims.jsonl")).exception
    assert isinstance(error, DataError) and "line 1" in str(error)


def test_few_rows_are_refused(tmp_path: Path) -> None:
    (tmp_path / "few.jsonl").write_text('{"inputs": {"text": "a"}, "expected": {"label": "b"}}\n')
    with pytest.raises(DataError, match="80 or more"):
        read(tmp_path / "few.jsonl")


def test_the_lowest_rung_needs_no_model_and_is_labelled(run: Run, tmp_path: Path) -> None:
    said = run("--claim", "search", "--seeds", "1", "--strategy", "random", "--folder", str(tmp_path))
    assert said.exit_code == 0, said.output
    assert "| simulated, rugged |" in said.stdout and "not shown" in said.stdout
    assert "  search: rugged worlds, 1 seeds\n" in said.stderr
    again = run("--replay", str(tmp_path / "claims.jsonl"))
    assert again.stdout == said.stdout and not again.stderr
