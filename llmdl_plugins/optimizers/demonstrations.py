"""No teacher needed: worked examples from train, fixed or retrieved, where that beats the application as it is."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from llmdl_plugins.data import Example, text_key
from llmdl_plugins.errors import DataError
from llmdl_plugins.losses.loss import as_text
from llmdl_plugins.optimizers.shown import from_rows, from_runs
from llmdl_plugins.parameter import Parameter, showing
from llmdl_plugins.plain import dumps
from llmdl_plugins.run.optimizer import NOTHING, Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.work import Range, Size, Work
from llmdl_plugins.secrets.redact import has_secret
from llmdl_plugins.updates import asked

_PROBES = 2
_SETS = 2
_RUNS = 24


class DemonstrationSearch(Optimizer):
    """Tries worked examples in two ways, as the application has it.

    Where a node was given a choice to show some: retrieved ones (how chosen, how many), then fixed balanced sets.
    Where prompts show some by themselves, as predictors of DSPy do: steps of runs that went well, all prompts together,
    then train rows as they are.

    Source: few-shot prompting (Brown et al., 2020), retrieved demonstrations (Liu et al., 2022), random search over
    sets (Khattab et al., 2023).

    Args:
        sets: fixed sets that are tried, of each kind.
        size: examples in a fixed set.
        runs: train rows that are run to find steps that went well.
    """

    name = "demonstrations"
    recipe = "demonstrations"

    def __init__(self, sets: int = _SETS, size: int = 5, runs: int = _RUNS) -> None:
        self.sets, self.size, self.runs = sets, size, runs

    def expected(self, size: Size) -> Work:
        """Three retrieved and some fixed sets a node, else two kinds of sets, on some val rows; the original once."""
        moves = size.choices * (3 + self.sets) or 2 * self.sets
        look = max(8, 0.3 * size.val)
        return Work(Range(8.0 * (1 + moves), look * (1.5 + moves), size.val * (1.0 + moves)), NOTHING)

    async def optimize(self, problem: Problem) -> None:
        """Propose for prompts that show examples, and for nodes with `/chosen`, `/static/demos`, `/retrieved/pool`."""
        if own := showing(problem.parameters):
            await self._own(problem, own)
        if nodes := _with_a_choice(problem.parameters):
            await self._at_nodes(problem, nodes)

    async def _own(self, problem: Problem, own: Mapping[str, Parameter]) -> None:
        rollouts = await problem.evaluate([{}], problem.train[: self.runs])
        draw = random.Random(f"{problem.seed}/shown")
        for n in range(self.sets):
            for kind, change in (
                ("steps of right runs", from_runs(own, rollouts, self.size, draw)),
                ("train rows", from_rows(own, problem.train, self.size, draw)),
            ):
                if change:
                    most = max(map(len, change.values()))
                    await problem.propose(change, f"{most} {kind} at {', '.join(change)}, set {n + 1}")

    async def _at_nodes(self, problem: Problem, nodes: Sequence[str]) -> None:
        probes = await problem.evaluate([{}], problem.train[:_PROBES])
        for node in nodes:
            demos = demonstrations(problem.train, text_key(problem.train), speaks_json(probes))
            await self._retrieved(problem, node, demos)
            await self._fixed(problem, node, demos)

    async def _retrieved(self, problem: Problem, node: str, demos: Sequence[Mapping[str, str]]) -> None:
        start = {f"{node}/chosen": "retrieved", f"{node}/retrieved/pool": demos}
        for select, k in (("agreeing", 2), ("agreeing", 3), ("nearest", 2)):
            change = {**start, f"{node}/retrieved/select": select, f"{node}/retrieved/k": k}
            await problem.propose(change, f"{k} retrieved examples ({select}) at {node}")

    async def _fixed(self, problem: Problem, node: str, demos: Sequence[Mapping[str, str]]) -> None:
        draw = random.Random(f"{problem.seed}/{node}")
        for n in range(self.sets):
            chosen = balanced(demos, self.size, draw)
            change = {f"{node}/chosen": "static", f"{node}/static/demos": chosen}
            await problem.propose(change, f"{len(chosen)} fixed examples at {node}, set {n + 1}")


def _with_a_choice(parameters: Mapping[str, Parameter]) -> list[str]:
    """The nodes that may be chosen to show examples."""
    kinds = {"static", "retrieved"}
    chosen = [name for name, p in parameters.items() if name.endswith("/chosen") and kinds <= set(p.options)]
    return [name.removesuffix("/chosen") for name in chosen]


def demonstrations(train: Sequence[Example], source: str, as_json: bool) -> list[dict[str, str]]:
    """Train rows as worked examples: what the node reads, and the answer in the form that its model gives."""
    rows = [e for e in train if source in e.inputs and not e.has_turns and not has_secret(dumps([e.given, e.expected]))]
    if not rows:
        raise DataError(
            f"No train row can be shown as a worked example: none is a single turn with {source!r} and without keys."
        )
    return [{"input": asked(e.inputs, source), "output": _output(e.expected, as_json)} for e in rows]


def balanced(demos: Sequence[Mapping[str, str]], size: int, draw: random.Random) -> list[Mapping[str, str]]:
    """A random set in which the answers are as evenly spread as they can be."""
    by_answer: dict[str, list[Mapping[str, str]]] = {}
    for demo in draw.sample(list(demos), len(demos)):
        by_answer.setdefault(demo["output"], []).append(demo)
    rounds = [row for turn in range(size) for group in by_answer.values() for row in group[turn : turn + 1]]
    chosen = rounds[:size]
    return draw.sample(chosen, len(chosen))


def _output(expected: Any, as_json: bool) -> str:
    if as_json:
        return json.dumps(expected, ensure_ascii=False)
    return as_text(next(iter(expected.values())) if isinstance(expected, Mapping) and len(expected) == 1 else expected)


def speaks_json(rollouts: Sequence[Rollout]) -> bool:
    """Whether the application's model answers with JSON objects that hold the expected keys."""
    return any(
        isinstance(r.example.expected, Mapping) and set(r.example.expected) <= _json_keys(call.answer)
        for r in rollouts
        for call in r.tape.calls
    )


def _json_keys(answer: Any) -> set[str]:
    try:
        said = json.loads(answer["content"])
    except (TypeError, ValueError, KeyError, RecursionError):
        return set()
    return set(said) if isinstance(said, dict) else set()
