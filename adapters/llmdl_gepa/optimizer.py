"""GEPA as an optimizer: it works on train rows alone, and its winner is one proposal."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from gepa.api import optimize

from llmdl_gepa.network_adapter import NetworkAdapter
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.foreign.bridge import Bridge
from llmdl_plugins.run.foreign.candidate import Candidate
from llmdl_plugins.run.foreign.halves import halves
from llmdl_plugins.run.foreign.options import checked, named
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.work import Range, Size, Work

PASSES = 10
_GIVEN = {
    *("seed_candidate", "trainset", "valset", "adapter", "evaluator", "stop_callbacks", "logger"),
    *("display_progress_bar", "raise_on_exception"),
}


class GEPA(Optimizer):
    """Reflective prompt evolution: new prompts from what went wrong on a few rows, on a Pareto front of rows.

    Args:
        feedback: "own": a critic says what each step did wrong, by our backward; "loss": each step is told the words of
            the loss, which costs no call.
        options: of `gepa.optimize`, such as `max_metric_calls`, `module_selector` or `use_merge`.

    Source: GEPA (Agrawal et al., 2025).
    """

    name = "gepa"
    needs_teacher = True
    defaults: ClassVar[dict[str, Any]] = {"module_selector": "all", "reflection_minibatch_size": 6}

    def __init__(self, feedback: str = "own", **options: Any) -> None:
        if feedback not in ("own", "loss"):
            raise MisuseError(f'feedback={feedback!r}: write "own" (a critic for each step) or "loss" (its words).')
        self.feedback = feedback
        self.options: dict[str, JSON] = checked(self.name, options, named(optimize) - _GIVEN)

    def expected(self, size: Size) -> Work:
        """Passes over train rows; reflection on a few of them before each."""
        rows, most = size.train, PASSES * size.train
        return Work(Range(rows / 2, most / 2, most), Range(0, most / 10, most / 4))

    async def optimize(self, problem: Problem) -> None:
        """Let GEPA work, and propose what it ended with, or its best so far if the budget ends it."""
        texts = {name: p for name, p in problem.parameters.items() if p.kind == "text"}
        if not texts:
            raise MisuseError("GEPA trains texts, and no text of this network is trainable.")
        bridge = Bridge(problem, self.name, "GEPA")
        adapter = NetworkAdapter(bridge, texts, self.feedback == "own")
        await bridge.proposed(lambda: self._evolved(adapter))

    def _evolved(self, adapter: NetworkAdapter) -> Candidate:
        problem = adapter.bridge.problem
        train, val = halves(problem.train, problem.seed)
        options = {"max_metric_calls": PASSES * len(problem.train), **self.defaults, **self.options}
        found = optimize(
            {name: str(problem.value(name)) for name in adapter.texts},
            train,
            val,
            adapter=adapter,
            reflection_lm=_Reflection(adapter.bridge),
            stop_callbacks=[_Room(problem, options["reflection_minibatch_size"], len(val))],
            logger=_Silent(),
            display_progress_bar=False,
            raise_on_exception=True,
            seed=problem.seed,
            **options,
        )
        assert isinstance(found.best_candidate, dict)  # a text alone only where it was given one
        return adapter.candidate(found.best_candidate)


class _Reflection:
    """Asks the teacher; the same text once more is another draw."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge, self._asked = bridge, Counter[str]()

    def __call__(self, prompt: Any) -> str:
        text = prompt if isinstance(prompt, str) else "\n\n".join(str(m["content"]) for m in prompt)
        self._asked[text] += 1
        place = f"gepa/{self._asked[text]}"
        return self._bridge.wait(self._bridge.teacher.ask(text, role="proposer", place=place))


class _Room:
    """Stops GEPA before a round that the budget can't hold: two looks at a few rows and one at all of val."""

    def __init__(self, problem: Problem, few: int, val: int) -> None:
        self._problem, self._round = problem, 2 * few + val

    def __call__(self, gepa_state: Any) -> bool:
        return not self._problem.holds(self._round)


class _Silent:
    """GEPA's log is the ledger's."""

    def log(self, message: str) -> None:
        """Nothing."""
