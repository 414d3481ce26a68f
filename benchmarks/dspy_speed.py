"""How fast a DSPy program is evaluated: `python benchmarks/dspy_speed.py [PART …] [--quick] [--json FILE]`.

`ChainOfThought("context, question -> answer")` on 512 rows, in one process, in interleaved rounds: `dspy.Evaluate` with
several numbers of threads; the layer (values put in, tape recorded) in a loop of 64; and the evaluator of a run, which
also pays, remembers every answer on disk and scores.  Medians; ratios are to the best `dspy.Evaluate` of a round.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import logging
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from pstats import Stats
from typing import Any

import dspy
from dspy.lm15 import Message, Response, TextPart, Usage
from dspy_server import constant
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from llmdl_dspy import as_lm
from llmdl_plugins import trainable
from llmdl_plugins.data import Example
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.under_way import frozen_heap

SAID = "[[ ## reasoning ## ]]\nBecause it is so.\n\n[[ ## answer ## ]]\nyes\n\n[[ ## completed ## ]]"
FLIGHT = 64
DEMOS = [
    dspy.Example(context=f"Context {n}. " * 10, question=f"What is {n}?", reasoning="So.", answer="yes")
    for n in range(4)
]
Way = Callable[["Case"], None]


class Engine:
    """An engine of DSPy that always says the same, after a while."""

    def __init__(self, delay: float) -> None:
        self.delay = delay

    def complete(self, request: Any) -> Response:
        """The answer."""
        if self.delay:
            time.sleep(self.delay)
        return _response()


class AsyncEngine(Engine):
    """The same, asynchronously."""

    async def complete(self, request: Any) -> Response:  # type: ignore[override]
        """The answer."""
        await asyncio.sleep(self.delay)
        return _response()


class Chat(BaseChatModel):
    """The same as a LangChain model."""

    delay: float = 0.0

    @property
    def _llm_type(self) -> str:
        return "constant"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        if self.delay:
            time.sleep(self.delay)
        return _result()

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        await asyncio.sleep(self.delay)
        return _result()


def _response() -> Response:
    used = Usage(input_tokens=300, output_tokens=20, total_tokens=320)
    message = Message.assistant([TextPart(SAID)])
    return Response(id=None, model="m", message=message, finish_reason="stop", usage=used)


def _result() -> ChatResult:
    used = {"input_tokens": 300, "output_tokens": 20, "total_tokens": 320}
    return ChatResult(generations=[ChatGeneration(message=AIMessage(SAID, usage_metadata=used))])


class Threaded(dspy.Module):  # type: ignore[misc]
    """A program without `async`, which runs in threads."""

    def __init__(self, inner: dspy.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, **row: str) -> Any:
        """The answer."""
        return self.inner(**row)


@dataclass(frozen=True)
class Case:
    """What is evaluated.

    Args:
        lm: the model.
        demos: how many demonstrations the program shows.
        rows: how many rows.
        threaded: whether the program is written without `async`.
    """

    lm: dspy.LM
    demos: int
    rows: int
    threaded: bool = False

    def program(self) -> dspy.Module:
        """A fresh one."""
        made = dspy.ChainOfThought("context, question -> answer")
        made.predict.demos = DEMOS[: self.demos]
        return Threaded(made) if self.threaded else made

    def inputs(self) -> list[dict[str, str]]:
        """The rows."""
        return [{"context": f"Context {n}. " * 10, "question": f"Is {n} so?"} for n in range(self.rows)]


def stock(threads: int) -> Way:
    """`dspy.Evaluate`."""

    def evaluated(case: Case) -> None:
        devset = [dspy.Example(**row).with_inputs("context", "question") for row in case.inputs()]
        metric = lambda row, said, trace=None: said.answer == "yes"  # noqa: E731
        found = dspy.Evaluate(devset=devset, metric=metric, num_threads=threads, display_progress=False)(case.program())
        assert found.score == 100.0

    return evaluated


def layer(case: Case) -> None:
    """The program bound and recorded, `FLIGHT` at once."""
    network = trainable(case.program())

    async def all_of_them() -> None:
        waiting = iter(case.inputs())

        async def one_by_one() -> None:
            for row in waiting:
                await network.trace(row)

        await asyncio.gather(*(one_by_one() for _ in range(FLIGHT)))

    asyncio.run(all_of_them())


def evaluator(case: Case) -> None:
    """The evaluator of a run, with its ledger on disk."""
    network = trainable(case.program())
    examples = [Example(row, {"answer": "yes"}, str(n), None) for n, row in enumerate(case.inputs())]

    async def evaluated(folder: str) -> None:
        with closing(Ledger(Path(folder) / "ledger.db")) as ledger:
            payer = Cashier(ledger, Meter(Budget()))
            service = Evaluator(network, resolve("exact_match"), ledger, payer, concurrency=FLIGHT)
            rollouts = await service.evaluate([{}], examples, tapes=False)
            assert all(rollout.score == 1 for rollout in rollouts)
            await payer.drain()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(evaluated(folder))


WAYS: Mapping[str, Way] = {
    **{f"dspy.Evaluate, {threads} threads": stock(threads) for threads in (8, 32, FLIGHT)},
    f"the layer, {FLIGHT} at once": layer,
    f"the evaluator, {FLIGHT} at once": evaluator,
}


@dataclass(frozen=True)
class Pace:
    """How fast a way is.

    Args:
        rate: rows a second.
        cpu: CPU time a row, in milliseconds.
        of_best: rate in shares of the best `dspy.Evaluate` of the same round.
        cpu_of_best: CPU time of that one in shares of this way's.
        of_ideal: share of what so many slots could do in that time; 0 where the model answers at once.
    """

    rate: float
    cpu: float
    of_best: float
    cpu_of_best: float
    of_ideal: float


def measured(case: Case, rounds: int, delay: float) -> dict[str, Pace]:
    """Every way, in interleaved rounds; the first round warms up."""
    with dspy.context(lm=case.lm), frozen_heap():
        taken = [{name: _timed(way, case) for name, way in WAYS.items()} for _ in range(rounds + 1)][1:]
    return {name: _pace(name, taken, case.rows, delay) for name in WAYS}


def _timed(way: Way, case: Case) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    way(case)
    return time.perf_counter() - wall, time.process_time() - cpu


def _pace(name: str, taken: list[dict[str, tuple[float, float]]], rows: int, delay: float) -> Pace:
    middle, ours = statistics.median, [one[name] for one in taken]
    stocks = [[one[other] for other in WAYS if other.startswith("dspy")] for one in taken]
    slots = int(name.split(", ")[1].split()[0])
    return Pace(
        rate=middle(rows / wall for wall, _ in ours),
        cpu=middle(cpu for _, cpu in ours) / rows * 1e3,
        of_best=middle(min(w for w, _ in best) / wall for (wall, _), best in zip(ours, stocks, strict=True)),
        cpu_of_best=middle(min(c for _, c in best) / cpu for (_, cpu), best in zip(ours, stocks, strict=True)),
        of_ideal=middle(rows * delay / slots / wall for wall, _ in ours),
    )


def lms(delay: float) -> dict[str, dspy.LM]:
    """The models by what they are."""
    own = dspy.LM("m", engine=Engine(delay), async_engine=AsyncEngine(delay), cache=False, num_retries=0)
    return {"a DSPy engine": own, "a LangChain model": as_lm(Chat(delay=delay))}


@contextmanager
def asked(part: str, delay: float) -> Iterator[dict[str, dspy.LM]]:
    """The models of a part; over HTTP the one that is most used, as it is."""
    if not part.startswith("http"):
        yield lms(delay)
        return
    with constant(delay, SAID) as address:
        yield {"OpenAI's protocol": dspy.LM("openai/gpt-4o-mini", api_base=address, api_key="none", cache=False)}


PARTS: Mapping[str, tuple[float, tuple[int, ...]]] = {
    "idle": (0.0, (4, 0)),
    "waiting": (0.05, (4,)),
    "http": (0.0, (4,)),
    "http-waiting": (0.05, (4,)),
    "threaded": (0.0, (4, 0)),
}


def table(title: str, paces: Mapping[str, Pace]) -> str:
    """Paces as a table."""
    rows = [
        f"| {name} | {p.rate:,.0f} | {p.cpu:.2f} | {p.of_best:.2f} | {p.cpu_of_best:.2f} |"
        + (f" {p.of_ideal:.2f} |" if p.of_ideal else " |")
        for name, p in paces.items()
    ]
    head = f"| {title} | rows/s | CPU ms a row | rate of best | CPU of best | of ideal |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows, ""])


def functions(rows: int) -> dict[str, dict[str, float]]:
    """Functions that a row of the evaluator calls, by whose they are: the same whatever the load.

    All that it begins with is in them; what Python itself holds counts for who calls it.
    """
    found = dict[str, dict[str, float]]()
    for part in ("idle", "http"):
        with asked(part, 0.0) as models:
            for what, demos in product(models, (4, 0)):
                case, profile = Case(models[what], demos, rows), cProfile.Profile()
                with dspy.context(lm=case.lm):
                    evaluator(case)
                    profile.runcall(evaluator, case)
                calls = Counter[str]()
                for (file, *_), (_, count, _, _, callers) in Stats(profile).stats.items():  # type: ignore[attr-defined]
                    for (caller, *_), (_, own, *_) in callers.items() if file == "~" else [((file,), (0, count))]:
                        calls[_whose(caller)] += own
                found[f"{what}, {demos} demonstrations"] = {who: count / rows for who, count in calls.items()}
    return found


def _whose(file: str) -> str:
    owners = {"llmdl_dspy": "the adapter", "llmdl_plugins": "the run", "site-packages/dspy/": "DSPy"}
    return next((who for part, who in owners.items() if part in file), "others")


def main() -> None:
    """Measure the parts, print each as it comes, and write all of them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = [*PARTS, "functions"]
    parser.add_argument("parts", nargs="*", default=parts, metavar="PART", help=", ".join(parts))
    parser.add_argument("--quick", action="store_true", help="few rows: shows that it runs, says nothing else")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    logging.getLogger("dspy").setLevel(logging.ERROR)
    told: dict[str, Any] = {}
    if "functions" in args.parts:
        told["functions"] = functions(64 if args.quick else 512)
        for what, calls in told["functions"].items():
            shares = ", ".join(f"{who} {count:,.0f}" for who, count in sorted(calls.items()))
            print(f"functions a row: {what}: {sum(calls.values()):,.0f} ({shares})")
    for part in [part for part in args.parts if part in PARTS]:
        delay, shown = PARTS[part]
        with asked(part, delay) as models:
            for what, demos in product(models, shown):
                title = f"{part}: {what}, {demos} demonstrations"
                case = Case(models[what], demos, 64 if args.quick else 512, part == "threaded")
                paces = measured(case, 1 if args.quick else 5, delay)
                print(table(title, paces), flush=True)
                told[title] = {name: asdict(pace) for name, pace in paces.items()}
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
