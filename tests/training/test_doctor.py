"""The doctor: what it says of rows, noise, wording and surroundings is so, within the calls that it was given."""

from __future__ import annotations

import random
from typing import Any

import pytest
from langchain_core.caches import InMemoryCache
from langchain_core.globals import set_llm_cache

from llmdl_plugins import Network, Prompt, Sequential, trainable
from llmdl_plugins.loading import load
from llmdl_plugins.losses.exact_match import ExactMatch
from llmdl_plugins.run.optimizer import resolve
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.splits import split
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.examine import examine
from llmdl_plugins.training.doctor.finding import Diagnosis, Finding
from llmdl_plugins.training.doctor.headroom import Headroom, of_headroom
from llmdl_plugins.training.doctor.noise import Noise
from llmdl_plugins.training.doctor.proof import of_power
from llmdl_plugins.training.doctor.rephrase import rephrased
from llmdl_plugins.training.doctor.rows import of_rows
from llmdl_plugins.training.doctor.runs import plan
from llmdl_plugins.training.power import smallest_gain


def rows(count: int = 60) -> list[dict[str, Any]]:
    return [
        {"inputs": {"question": f"What is {n} plus one?"}, "expected": {"answer": str(n + 1)}} for n in range(count)
    ]


def case(network: Network, given: list[dict[str, Any]], **more: Any) -> Case:
    loaded = load(given)
    return Case(network, ExactMatch(), list(loaded), split(loaded), resolve("demonstrations", False), **more)


def simulated(skill: str, calls: int = 0, rows: int = 120, **settings: Any) -> tuple[Simulator, Case]:
    simulator = Simulator(skill=skill, **settings)
    prompt = Prompt(SimulatedChat(simulator=simulator), "Answer. Be quick.", "question", "answer")
    given = [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset("train", rows)]
    return simulator, case(trainable(Sequential(prompt)), given, calls=calls)


def scripted(answer: Any, calls: int = 150) -> Diagnosis:
    network = trainable(Prompt(ScriptedChat(script=answer), "Answer. Be quick.", "question", "answer"))
    return examine(case(network, rows(), calls=calls))


def of(diagnosis: Diagnosis | list[Finding], area: str) -> list[Finding]:
    found = diagnosis.findings if isinstance(diagnosis, Diagnosis) else diagnosis
    return [f for f in found if f.area == area]


def bare(given: list[dict[str, Any]]) -> list[Finding]:
    return list(of_rows(case(trainable(Prompt(ScriptedChat([]), "Answer.", "question", "answer")), given)))


def test_healthy_rows_are_fine_and_counted() -> None:
    found = bare(rows())
    assert all(f.state == "ok" for f in found)
    assert found[0].figures == {"rows": 60, "train": 30, "val": 12, "test": 18, "test_units": 18}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([{"inputs": {"question": "What is 3 plus one?!"}, "expected": {"answer": "5"}}], "with different answers"),
        ([{"inputs": {"question": "who"}, "expected": None}], "expect nothing"),
        ([{"inputs": {"question": "long " * 30_000}, "expected": {"answer": "1"}}], "the longest input is row"),
        ([{"inputs": {"question": f"q{n}"}, "expected": {"answer": "yes"}} for n in range(600)], "is the answer of"),
    ],
)
def test_what_is_wrong_with_rows_is_named(more: list[dict[str, Any]], words: str) -> None:
    found = [f for f in bare([*rows(), *more]) if f.state == "!!"]
    assert len(found) == 1 and words in found[0].words and found[0].todo


def test_near_duplicates_across_files_are_named() -> None:
    parts = [load(rows(40)), load(rows(20)), load([{**r, "id": f"t{n}"} for n, r in enumerate(shouted(rows(30)))])]
    made = Case(
        trainable(Prompt(ScriptedChat([]), "Answer.", "question", "answer")),
        ExactMatch(),
        [row for part in parts for row in part],
        split(*parts),
        resolve("demonstrations", False),
    )
    assert any(f.state == "!!" and "near-duplicate in test" in f.words for f in of_rows(made))


def shouted(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "inputs": {"question": row["inputs"]["question"].upper() + "!"}} for row in given]


def test_without_calls_nothing_is_sent_and_power_is_said() -> None:
    simulator, made = simulated("null")
    said = examine(made)
    assert simulator.counts["calls"] == 0 and said.spent == {"calls": 0}
    (test, val) = of(said, "power")
    assert test.state == "!!" and "assumed, not measured" in test.words and test.figures["test"] == 36
    assert val.figures["val"] == 24 and {f.state for f in (*of(said, "noise"), *of(said, "headroom"))} == {"??"}


def test_graded_scores_that_never_differ_promise_no_more_than_right_or_wrong_ones() -> None:
    _, made = simulated("null")
    still, loud = (Noise(7, 0.7, (0.5, 0.9), 0.0, True, True, deviation) for deviation in (0.0, 0.4))
    (told,), (worse,) = list(of_power(made, still)), list(of_power(made, loud))
    assert told.figures["smallest"] == pytest.approx(smallest_gain(36, 0.0), abs=0.03)
    assert worse.figures["smallest"] > told.figures["smallest"]


@pytest.mark.parametrize("calls", [1, 12, 100])
def test_calls_never_exceed_what_was_allowed(calls: int) -> None:
    simulator, made = simulated("null", calls)
    said = examine(made)
    assert simulator.counts["calls"] == said.spent["calls"] <= calls


def test_a_task_that_no_wording_moves_is_told_from_its_noise() -> None:
    _, made = simulated("null", 880, rows=160)
    said = examine(made)
    (noise,), (headroom,) = of(said, "noise"), of(said, "headroom")
    assert 0.1 < noise.figures["differing"] < 0.4  # a quarter, by the world's own settings
    assert headroom.figures["p"] > 0.05 and headroom.figures["prompts"] == 22 and headroom.state != "ok"
    assert of(said, "score")[0].figures["interval"][0] < 0.5 < of(said, "score")[0].figures["interval"][1]


def test_a_task_that_wording_moves_is_seen() -> None:
    def careful(messages: Any, kwargs: Any) -> str:
        shown = str(messages)
        n = int(str(messages[-1].content).split()[2])
        return str(n + 1) if "step by step" in shown or "expert" in shown or n % 3 == 0 else "?"

    said = scripted(careful, calls=500)
    assert of(said, "headroom")[0].state == "ok" and of(said, "headroom")[0].figures["spread"] > 0.1
    assert of(said, "noise")[0].figures["same_answers"]


def test_an_application_that_is_always_right_has_nothing_to_gain() -> None:
    said = scripted(lambda messages, kwargs: str(int(str(messages[-1].content).split()[2]) + 1))
    assert of(said, "score")[0].state == "!!" and "hardly anything is left" in of(said, "score")[0].todo
    assert of(said, "headroom")[0].state == "??" and "can't be told" in of(said, "headroom")[0].words


def test_an_application_that_no_wording_moves_is_said_to_be_so() -> None:
    said = scripted(lambda m, k: str(n + 1) if (n := int(str(m[-1].content).split()[2])) % 2 else "?", calls=300)
    assert of(said, "headroom")[0].state == "!!" and "hardly moves" in of(said, "headroom")[0].words


def test_an_application_that_always_fails_is_named_once() -> None:
    def fails(messages: Any, kwargs: Any) -> str:
        raise KeyError("no such thing")

    said = scripted(fails)
    assert [f.state for f in of(said, "runs")] == ["!!"] and not said.is_fine


def test_a_lookup_that_does_better_is_shown() -> None:
    given = [
        {"inputs": {"question": f"{'goal match' if n % 2 else 'vote law'} {n}"}, "expected": {"answer": "ab"[n % 2]}}
        for n in range(120)
    ]
    network = trainable(Prompt(ScriptedChat(script=lambda m, k: "a"), "Answer.", "question", "answer"))
    (found,) = of(examine(case(network, given, calls=60)), "baseline")
    assert found.state == "!!" and found.figures["share"] == 1.0 and "demonstrations" in found.todo


def test_a_global_cache_is_named() -> None:
    set_llm_cache(InMemoryCache())
    try:
        assert of(examine(simulated("null")[1]), "caches")[0].state == "!!"
    finally:
        set_llm_cache(None)
    assert not of(examine(simulated("null")[1]), "caches")


def test_frozen_applications_and_acting_tools_are_named() -> None:
    _, made = simulated("null")
    made.network.freeze()
    (found,) = of(examine(made), "parameters")
    assert found.state == "!!" and "frozen by the user" in found.words


def test_candidates_keep_their_slots_and_differ() -> None:
    network = trainable(Prompt(ScriptedChat([]), "Answer {question}. Be quick.", "question", "answer"))
    made = rephrased(network, 20, seed=0)
    texts = [values["instruction"] for values in made]
    assert len(set(texts)) == len(texts) >= 15 and all(network["instruction"].problem(t) is None for t in texts)


@pytest.mark.parametrize("skill", [0.0, 0.15])
def test_headroom_errs_by_chance_1_time_in_20_and_sees_a_spread(skill: float) -> None:
    draw, seen, times = random.Random(5), 0, 200
    for _ in range(times):
        means = [min(1.0, max(0.0, draw.gauss(0.5, skill))) for _ in range(22)]
        table = [[float(draw.random() < mean) for _ in range(30)] for mean in means]
        seen += of_headroom(Headroom.of(table)).state == "ok"
    assert seen <= 18 if skill == 0 else seen >= 0.8 * times


def test_the_plan_never_takes_more_than_there_is() -> None:
    for runs in range(0, 1000, 7):
        wide, prompts = plan(runs, 50)
        assert wide * (2 + prompts) <= max(runs, 0) and wide <= 40 and prompts <= 20


def test_replayed_tools_are_no_side_effect() -> None:
    _, made = simulated("null")
    assert not of(examine(Case(**{**vars(made), "tools": ToolRules("replay")})), "effects")


def test_what_could_not_be_measured_is_named_where_no_row_could_be_run() -> None:
    def broken(messages: Any, options: Any) -> str:
        raise KeyError("ticket")

    found = {f.area: f for f in scripted(broken).findings}
    assert found["runs"].state == "!!" and "test_doctor.py, line" in found["runs"].words
    assert [found[area].words.rpartition(" shows ")[2] for area in ("noise", "headroom")] == [
        "where rows can be run"
    ] * 2
