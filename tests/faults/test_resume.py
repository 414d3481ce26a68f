"""A run that goes on: from whatever of its ledger is there it comes to the same end, in whatever kind of process."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Optimizer, Problem, Prompt, Result, Sequential, Trainer, trainable
from llmdl_plugins.errors import RunFolderError
from llmdl_plugins.testing import SimulatedChat, Simulator

from .runs import HERE, Ground, children, fit, ground, kill, same, train

TALKATIVE = HERE / "agents" / "talkative.py"


class Hasty(SimulatedChat):
    """Answers arrive in another order each time."""

    def _generate(self, *args: Any, **kwargs: Any) -> Any:
        time.sleep(random.uniform(0, 0.004))
        return super()._generate(*args, **kwargs)

    async def _agenerate(self, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(random.uniform(0, 0.004))
        return await super()._agenerate(*args, **kwargs)


class Drawn(Optimizer):
    """Two rounds of two proposals at once, which hang on the scores before them."""

    name = "drawn"

    def __init__(self, hints: list[str]) -> None:
        self.hints = hints

    async def optimize(self, problem: Problem) -> None:
        draw = random.Random(problem.seed)
        for _ in range(2):
            rollouts = await problem.evaluate([{}], draw.sample(list(problem.train), 8))
            score = sum(r.score for r in rollouts)
            texts = [f"{' '.join(draw.sample(self.hints, 2))} Score {score + n:g}." for n in range(2)]
            await asyncio.gather(*(problem.propose(dict.fromkeys(problem.parameters, t), t) for t in texts))


def made(folder: Path | None, optimizer: str | Optimizer = "drawn", **changes: Any) -> tuple[Simulator, Trainer]:
    simulator = Simulator(skill="rule", rules=3, seed=changes.pop("world", 2), redraw=False)
    model = Hasty(simulator=simulator)
    first = Prompt(model, changes.pop("prompt", "Pass the ticket on."), "question", "note")
    net = trainable(Sequential(first, Prompt(model, "Answer with the number only.", "question", "answer")))
    rows = [
        [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(part, size)]
        for part, size in (("train", 20), ("val", 16), ("test", 16))
    ]
    hints = [simulator.world.rule(kind) for kind in range(3)]
    teacher = model if optimizer == "textual-gradient" else None
    given = {"optimizer": Drawn(hints) if optimizer == "drawn" else optimizer, "teacher": teacher, **changes}
    return simulator, Trainer(net, given.pop("loss", "exact_match"), *rows, folder=folder, **given)


def cut(folder: Path, share: float, draw: random.Random) -> int:
    """Take from a folder what was not on disk yet at some moment; the calls that are left."""
    for name in ("result.json", "best.json"):
        (folder / name).unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "ledger.db")) as db, db:
        times = sorted(at for table in ("calls", "rollouts") for (at,) in db.execute(f"SELECT at FROM {table}"))
        moment = times[int(share * (len(times) - 1))]
        for table in ("calls", "rollouts"):
            db.execute(f"DELETE FROM {table} WHERE at > ?", (moment,))
        used = {r["key"] for (rec,) in db.execute("SELECT record FROM rollouts") for r in json.loads(rec)["receipts"]}
        # Those of the last moment were under way: another order would have brought others of them home.
        last = [key for (key,) in db.execute("SELECT key FROM calls ORDER BY at DESC LIMIT 8") if key not in used]
        for key in draw.sample(last, len(last) // 2):
            db.execute("DELETE FROM calls WHERE key = ?", (key,))
        return int(db.execute("SELECT count(*) FROM calls").fetchone()[0])


@pytest.mark.parametrize(
    ("optimizer", "budget", "moments"),
    [
        ("drawn", None, 6),
        ("drawn", "160 calls", 6),  # 64 for the sealed test, and training is cut off within a screen
        pytest.param("drawn", "160 calls", 60, marks=pytest.mark.long),
        pytest.param("textual-gradient", "400 calls", 60, marks=pytest.mark.long),
        pytest.param("textual-gradient", "60000 tokens", 30, marks=pytest.mark.long),
    ],
)
def test_from_every_moment_a_run_comes_to_the_same_end_and_pays_the_rest_once(
    tmp_path: Path, optimizer: str, budget: str | None, moments: int
) -> None:
    simulator, trainer = made(tmp_path / "whole", optimizer, budget=budget)
    whole, draw = trainer.fit(), random.Random(moments)
    assert whole.status != "stopped" and whole.accepted and whole.before is not None
    for n in range(moments):
        shutil.copytree(tmp_path / "whole", folder := tmp_path / f"cut {n}")
        kept = cut(folder, (n + draw.random()) / moments, draw)
        simulator, again = made(folder, optimizer, budget=budget)
        result = again.fit()
        assert same(result.json()) == same(whole.json()), f"from call {kept} on"
        if budget is None:
            assert kept + simulator.counts["calls"] == result.spent["calls"] == whole.spent["calls"]


def test_a_finished_run_sends_nothing_and_leaves_its_result_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = made(folder)[1].fit()
    before = (folder / "result.json").read_bytes(), (folder / "result.json").stat().st_mtime_ns
    time.sleep(0.11)
    simulator, again = made(folder)
    second = again.fit()
    assert simulator.counts["calls"] == 0
    assert str(second) == str(first) and second.json() == first.json()
    assert ((folder / "result.json").read_bytes(), (folder / "result.json").stat().st_mtime_ns) == before


def test_a_watcher_that_fails_changes_nothing(tmp_path: Path) -> None:
    def gone(event: Any) -> None:
        raise BrokenPipeError

    assert same(made(None, watcher=gone)[1].fit().json()) == same(made(None)[1].fit().json())


def changed(**changes: Any) -> Callable[[Path], Any]:
    return lambda folder: made(folder, changes.pop("optimizer", "drawn"), **changes)[1].fit()


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (changed(world=3), "data, optimizer_settings, splits differ"),
        (changed(loss="contains"), "loss, loss_settings differ"),
        (changed(prompt="Hand the ticket over."), "network differ"),
        (changed(optimizer="textual-gradient"), "optimizer, teacher differ"),
        (changed(seed=1), "seed differ"),
        (changed(optimizer=Drawn(["Be brief."])), "optimizer_settings differ"),
    ],
)
def test_another_run_is_refused_by_name_before_anything_is_sent(
    tmp_path: Path, other: Callable[[Path], Any], told: str
) -> None:
    folder = tmp_path / "run"
    first = made(folder)[1].fit()
    with pytest.raises(RunFolderError, match=f"holds another run: {told}"):
        other(folder)
    assert json.loads((folder / "result.json").read_text()) == first.json()


def test_another_teacher_is_refused_and_force_writes_down_what_differed(tmp_path: Path) -> None:
    def run(temperature: float, **more: Any) -> Result:
        trainer = made(tmp_path / "run", "textual-gradient", budget="150 calls", **more)[1]
        teacher = trainer.setup.teacher
        assert teacher is not None
        trainer.setup = replace(trainer.setup, teacher=teacher.model_copy(update={"temperature": temperature}))
        return trainer.fit()

    run(0.5)
    with pytest.raises(RunFolderError, match="holds another run: teacher differ"):
        run(0.7)
    run(0.7, force=True)
    assert json.loads((tmp_path / "run/config.json").read_text())["forced"] == [["teacher"]]
    run(0.7)


def test_a_stopped_result_goes_when_the_run_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    simulator, first = made(folder)
    first.watcher = lambda event: first.stop() if simulator.counts["calls"] > 40 else None
    assert first.fit().status == "stopped" and (folder / "result.json").exists()
    _, second = made(folder)
    seen: list[bool] = []
    second.watcher = lambda event: seen.append((folder / "result.json").exists())
    assert second.fit().status != "stopped"
    assert seen[0] is False


def test_a_run_goes_on_under_a_second_loop_and_within_a_running_one(tmp_path: Path) -> None:
    whole = same(made(None)[1].fit().json())

    async def part(folder: Path) -> Result:
        simulator, trainer = made(folder)
        trainer.watcher = lambda event: trainer.stop() if simulator.counts["calls"] > 50 else None
        return await trainer.afit()

    async def notebook(folder: Path) -> Result:
        return made(folder)[1].fit()  # a cell that does not await

    for rest in (lambda f: asyncio.run(made(f)[1].afit()), lambda f: asyncio.run(notebook(f))):
        folder = tmp_path / f"run {id(rest)}"
        assert asyncio.run(part(folder)).status == "stopped"
        assert same(rest(folder).json()) == whole


def _in_child(folder: Path, told: Any) -> None:
    told.put(made(folder)[1].fit().json())


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.long)])
@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_run_goes_on_in_a_process_that_was_forked_or_spawned(tmp_path: Path, method: str) -> None:
    folder = tmp_path / "run"
    simulator, first = made(folder)
    first.watcher = lambda event: first.stop() if simulator.counts["calls"] > 50 else None
    assert first.fit().status == "stopped"  # and this process has a background loop from here on
    context: Any = multiprocessing.get_context(method)
    told = context.Queue()
    child = context.Process(target=_in_child, args=(folder, told))
    child.start()
    result = told.get(timeout=60)
    child.join(10)
    assert same(result) == same(made(None)[1].fit().json())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ground]:
    with ground(tmp_path) as made:
        yield made


@pytest.mark.long
def test_a_clock_that_jumps_by_a_day_changes_nothing(place: Ground) -> None:
    jumping = place.ended(*train("random-texts", "runs/jumping"), LLMDL_TEST_CLOCK="1")
    assert 0 < jumping["spent"]["seconds"] < 300
    assert place.stats()["calls"] == place.ledger("runs/jumping")
    place.reset()
    again = place.ended(*train("random-texts", "runs/jumping"))
    assert again == jumping and place.stats()["calls"] == 0


@pytest.mark.long
def test_a_stream_that_a_kill_cuts_is_paid_again_and_a_whole_one_comes_again_chunk_by_chunk(place: Ground) -> None:
    place.reset(latency="token:0.01,0.02")
    chunks = place.path / "chunks.jsonl"
    told = {"LLMDL_TEST_CHUNKS": str(chunks)}
    command = fit(f"{TALKATIVE}:streaming", "runs/k", "--optimizer", "demonstrations", "--node", "solve")
    command += ["--allow-write", place.path, "--budget", "200 calls"]
    for calls in (14, 33):
        process = place.start(*command, **told)
        assert place.wait_for_calls(process, calls)
        kill(process, *children(process.pid))
    place.reset(latency="fixed:0")
    result = place.ended(*command, **told)
    with closing(sqlite3.connect(place.path / "runs/k/ledger.db")) as db:
        answers = [json.loads(a) for (a,) in db.execute("SELECT answer FROM calls")]
        parts = db.execute("SELECT count(*) FROM calls WHERE key LIKE '%/part/%'").fetchone()[0]
    assert result["proposed"] and parts == 0  # no stream was left by its reader
    assert all(len(a["chunks"]) > 2 for a in answers)
    assert all(a["chunks"][-1]["data"]["usage_metadata"] or a["chunks"][-2]["data"]["usage_metadata"] for a in answers)
    seen: dict[str, list[list[str]]] = {}
    for line in chunks.read_text().splitlines():
        question, said = json.loads(line)
        seen.setdefault(question, []).append(said)
    assert all(said == all_of_it[0] for all_of_it in seen.values() for said in all_of_it)


@pytest.mark.long
def test_ids_of_tool_calls_that_the_application_draws_are_no_reason_to_pay_again(place: Ground) -> None:
    place.reset(latency="lognormal:0.03,0.5")
    command = fit(f"{TALKATIVE}:calling", "runs/k", "--optimizer", "demonstrations", "--node", "solve")
    command += ["--concurrency", 4, "--budget", "160 calls"]
    kills = 0
    for calls in (7, 17, 27):
        process = place.start(*command)
        kills += place.wait_for_calls(process, calls)
        kill(process, *children(process.pid))
    place.ended(*command)
    assert place.stats()["calls"] - place.ledger("runs/k") <= kills * 4
    assert place.ledger("runs/k") <= 160
    result = json.loads((place.path / "runs/k/result.json").read_text())
    assert result["spent"]["calls"] == place.ledger("runs/k")  # none of them was asked under another key
