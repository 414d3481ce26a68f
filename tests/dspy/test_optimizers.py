"""DSPy's optimizers train LangGraph agents and our networks: on our ledger, budget, screen and sealed test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dspy
import pytest

from llmdl_plugins import Prompt, Sequential, Trainer, trainable
from llmdl_plugins.errors import InfrastructureError, MisuseError, PluginError, UnknownNameError
from llmdl_plugins.network import Network
from llmdl_plugins.plugins.catalogue import catalogue, find
from llmdl_plugins.run.events import CandidateScreened, Told
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.work import Size
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator, server_process

from . import hops_model
from .agents import two_nodes
from .agents.hops import Hops

AGENT = Path(__file__).parents[1] / "faults" / "agents" / "tickets.py"
ALL = {"auto": None, "max_metric_calls": 300, "component_selector": "all"}


@pytest.fixture(autouse=True)
def no_trace() -> Any:
    yield
    assert dspy.settings.lm is None and sys.stdout.__class__.__module__ != "llmdl_dspy.teleprompt.quiet"


def rows(simulator: Simulator, split: str, size: int) -> list[dict[str, Any]]:
    return [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, size)]


def trained(net: Network, simulator: Simulator, name: str, told: list[str] | None = None, **more: Any) -> Any:
    """A result, by an optimizer with options of its own."""
    options = more.pop("options", {})
    given = {"optimizer": find("optimizers", name)(**options), "teacher": SimulatedChat(simulator=simulator), **more}

    def watch(event: Any) -> None:
        if told is not None and isinstance(event, Told | CandidateScreened):
            told.append(event.text if isinstance(event, Told) else event.what)

    splits = [rows(simulator, split, 40) for split in ("train", "val", "test")]
    return Trainer(net, "exact_match", *splits, watcher=watch, **given).fit()


def two_prompts(simulator: Simulator, demos: Any = None) -> Network:
    model = SimulatedChat(simulator=simulator)
    first, second = simulator.start
    return trainable(
        Sequential(Prompt(model, first, "question", "record", demos), Prompt(model, second, "record", "answer", demos))
    )


def test_gepa_trains_a_langgraph_agent_of_two_nodes(capfd: Any) -> None:
    simulator = Simulator(skill="coupled", seed=3)
    net = trainable(two_nodes.built(SimulatedChat(simulator=simulator)))
    result = trained(net, simulator, "dspy:gepa", options=ALL)
    assert result.status == "improved" and result.after > 0.8
    assert set(result.parameters) == {"look/prompt", "answer/prompt"}
    # What DSPy writes knows nothing of slots: the line that holds one is put back.
    assert result.parameters["answer/prompt"]["after"].endswith("Answer this ticket: {record}")
    assert "use format zx7" in net.export("patch", result.candidate).lower()
    assert capfd.readouterr() == ("", "")


def test_fit_takes_it_by_its_name(tmp_path: Path) -> None:
    world = {"skill": "rule", "rules": 2, "seed": 3, "redraw": False}
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in Simulator(**world).dataset("train", 100)))  # type: ignore[arg-type]
    line = [sys.executable, "-m", "llmdl_plugins.cli", "fit", f"{AGENT}:graph", "--data", str(data), "--json"]
    line += ["--loss", "exact_match", "--optimizer", "dspy:miprov2", "--teacher", "openai:mock"]
    with server_process(**world) as address:
        told = {"OPENAI_BASE_URL": f"{address}/v1", "OPENAI_API_KEY": "k", "DSPY_CACHEDIR": str(tmp_path)}
        line += ["--env", "LLMDL_*", "--folder", str(tmp_path / "run")]
        done = subprocess.run(line, env={**os.environ, **told}, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["status"] == "improved" and result["proposed"] == 1 and "kind" in json.dumps(result["parameters"])


def test_runs_that_went_right_become_examples_of_every_node() -> None:
    simulator = Simulator(skill="coupled", seed=3)
    told: list[str] = []
    net = trainable(two_nodes.built(SimulatedChat(simulator=simulator)))
    seen: list[Any] = []
    screen = net.checked
    net.checked = lambda values: seen.append(values) or screen(values)  # type: ignore[method-assign, func-returns-value]
    trained(net, simulator, "dspy:bootstrap-few-shot", told)
    assert told[-1] == "what dspy:bootstrap-few-shot found"
    last = seen[-1]
    assert last["look/prompt"].startswith("Find the format of the ticket.\n\nExamples:\n\nInput: Ticket T")
    assert last["answer/prompt"].startswith("Examples:\n\nInput: ")
    assert last["answer/prompt"].endswith(two_nodes.ANSWER)
    assert last["answer/prompt"].count("{record}") == 1


def test_runs_on_long_rows_are_shown_on_purpose_and_are_not_refused_as_copied() -> None:
    told: list[str] = []
    said = lambda messages, kwargs: str(messages[1].content) if len(messages) > 1 else "yes"  # noqa: E731
    net = trainable(two_nodes.built(ScriptedChat(said)))
    asked = [f"Is {n} the number that the customer named in the letter that came on day {n}?" for n in range(60)]
    data = [{"inputs": {"question": question}, "expected": {"answer": "yes"}} for question in asked]
    optimizer = find("optimizers", "dspy:bootstrap-few-shot")()
    watch = lambda event: told.append(event.what) if isinstance(event, CandidateScreened) else None  # noqa: E731
    result = Trainer(net, "exact_match", data, optimizer=optimizer, watcher=watch).fit()
    assert told == ["what dspy:bootstrap-few-shot found"] and result.refused == 0


def test_where_there_is_a_parameter_for_examples_they_go_there() -> None:
    simulator = Simulator(skill="coupled", seed=3)
    net = two_prompts(simulator, ())
    seen: list[Any] = []
    screen = net.checked
    net.checked = lambda values: seen.append(values) or screen(values)  # type: ignore[method-assign, func-returns-value]
    trained(net, simulator, "dspy:bootstrap-few-shot")
    assert set(seen[-1]) == {"layers.0/demos", "layers.1/demos"}
    for demos in seen[-1].values():
        assert len(demos) == 4 and all(set(demo) == {"input", "output"} and demo["input"] for demo in demos)


def test_one_prompt_takes_train_rows_as_they_are() -> None:
    simulator = Simulator(skill="rule", rules=2, seed=3, demo=1.0)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), simulator.start[0], "question", "answer", []))
    result = trained(net, simulator, "dspy:labeled-few-shot", teacher=None)
    assert result.status == "improved" and len(result.parameters["demos"]["after"]) == 16


def test_where_the_budget_ends_it_its_best_so_far_is_proposed(capfd: Any) -> None:
    simulator = Simulator(skill="rule", seed=3)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), simulator.start[0], "question", "answer"))
    told: list[str] = []
    result = trained(net, simulator, "dspy:gepa", told, budget="260 calls")
    assert simulator.counts["calls"] <= 260
    assert any(text.startswith("dspy:gepa was stopped: the budget of 260 calls is spent") for text in told)
    assert told.count("what dspy:gepa found") == 1 and result.status == "improved"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["dspy:bootstrap-few-shot-with-optuna", "dspy:miprov2"])
def test_studies_are_silent_and_leave_nothing(name: str, capfd: Any) -> None:
    import optuna

    simulator, before = Simulator(skill="rule", seed=3), (dict(dspy.settings.config), optuna.logging.get_verbosity())
    net = trainable(Prompt(SimulatedChat(simulator=simulator), simulator.start[0], "question", "answer", []))
    trained(net, simulator, name, budget="300 calls")
    assert capfd.readouterr() == ("", "") and simulator.counts["calls"] > 40
    assert (dict(dspy.settings.config), optuna.logging.get_verbosity()) == before


def test_a_fault_on_the_way_to_the_model_is_no_score() -> None:
    broken = {"now": False}

    def say(messages: Any, settings: Any) -> str:
        if broken["now"]:
            raise ConnectionError("gone")
        return "7"

    simulator = Simulator(skill="rule", seed=3)
    net = trainable(Prompt(ScriptedChat(say), "Answer the ticket.", "question", "answer", []))

    class Breaking(find("optimizers", "dspy:bootstrap-few-shot")):  # type: ignore[misc]
        def compiled(self, lesson: Any) -> Any:
            broken["now"] = True
            return super().compiled(lesson)

    splits = [rows(simulator, split, 20) for split in ("train", "val", "test")]
    with pytest.raises(InfrastructureError, match="run the same command again"):
        Trainer(net, "exact_match", *splits, optimizer=Breaking(), timeout=1).fit()


def test_who_needs_a_teacher_says_so() -> None:
    simulator = Simulator(skill="rule", seed=3)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), "Answer the ticket.", "question", "answer"))
    splits = [rows(simulator, split, 20) for split in ("train", "val", "test")]
    with pytest.raises(UnknownNameError, match="'dspy:miprov2' needs a teacher"):
        Trainer(net, "exact_match", *splits, optimizer="dspy:miprov2")


def test_rows_are_not_put_into_prompts_where_no_texts_are_stored() -> None:
    simulator = Simulator(skill="rule", seed=3)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), "Answer the ticket.", "question", "answer"))
    splits = [rows(simulator, split, 20) for split in ("train", "val", "test")]
    with pytest.raises(MisuseError, match="'dspy:labeled-few-shot' puts train rows into prompts"):
        Trainer(net, "exact_match", *splits, optimizer="dspy:labeled-few-shot", content=False)


def test_a_dspy_program_shows_the_fields_of_its_predictors() -> None:
    rows = [hops_model.row(n) for n in range(120)]
    with dspy.context(lm=hops_model.model()):
        result = Trainer(Hops(), "exact_match", rows, optimizer="dspy:bootstrap-few-shot").fit()
    assert result.status == "improved" and result.after == 1.0
    first = result.parameters["ask.predict/demos"]["after"][0]
    assert json.loads(first["output"]).keys() == {"reasoning", "query"}


def test_the_nearest_runs_that_went_right_become_a_pool_to_choose_from() -> None:
    simulator = Simulator(skill="coupled", seed=3)
    net = trainable(two_nodes.built(SimulatedChat(simulator=simulator)))
    result = trained(net, simulator, "dspy:knn-few-shot", teacher=None, node="look")
    assert result.proposed == 1
    with pytest.raises(MisuseError, match="name it"):
        trained(net, simulator, "dspy:knn-few-shot", teacher=None)


def test_what_a_majority_scores_is_told_and_its_best_member_is_proposed() -> None:
    simulator = Simulator(skill="rule", rules=2, seed=3, demo=1.0)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), simulator.start[0], "question", "answer", []))
    told: list[str] = []
    options = {"num_candidate_programs": 2, "size": 2}
    result = trained(net, simulator, "dspy:ensemble", told, teacher=None, options=options)
    assert result.status == "improved" and any("the majority of 2 sets of examples scores" in text for text in told)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("dspy:signature-optimizer", "dspy:signature-optimizer can't be used: DSPy 3.4 itself fails"),
        ("dspy:avatar-optimizer", "it uses dspy.TypedPredictor, which is gone"),
        ("dspy:bootstrap-finetune", "it trains the weights of a model"),
    ],
)
def test_what_cannot_be_used_is_listed_with_its_cause(name: str, why: str) -> None:
    assert why.rpartition("used: ")[2] in catalogue("optimizers")[name].summary
    with pytest.raises(PluginError, match=why):
        find("optimizers", name)


def test_options_that_dspy_refuses_are_misuse() -> None:
    simulator = Simulator(skill="rule", seed=3)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), simulator.start[0], "question", "answer"))
    with pytest.raises(PluginError, match=r"dspy:simba failed inside DSPy 3.4.*Trainset too small: 40 < 400"):
        trained(net, simulator, "dspy:simba", options={"bsize": 400})


# Runs of two nodes beside the sealed test, and calls of the teacher: benchmarks/dspy.md
TOOK = {
    "labeled-few-shot": (2, 0),
    "bootstrap-few-shot": (92, 0),
    "bootstrap-few-shot-with-random-search": (352, 0),
    "bootstrap-few-shot-with-optuna": (125, 0),
    "miprov2": (289, 9),
    "gepa": (206, 16),
    "infer-rules": (48, 20),
}


@pytest.mark.parametrize("name", TOOK)
def test_what_it_takes_is_estimated_from_its_loops(name: str) -> None:
    work, (runs, taught) = find("optimizers", f"dspy:{name}")().expected(Size(40, 40, 2, 0)), TOOK[name]
    assert work.rollouts.low <= runs <= work.rollouts.high and work.teacher.low <= taught <= work.teacher.high
    assert work != Optimizer().expected(Size(40, 40, 2, 0))


def test_its_options_count() -> None:
    gepa = find("optimizers", "dspy:gepa")
    few, many = (gepa(auto=None, max_metric_calls=most).expected(Size(40, 40, 2, 0)).rollouts for most in (100, 900))
    assert many.high - few.high == 800
