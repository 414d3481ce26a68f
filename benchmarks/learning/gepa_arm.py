"""GEPA (`gepa.optimize`) with an adapter for the worlds; settings are those that its tuning pass chose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from learning.lab import Lab

# What did best of the grid in tuning.py, on seeds below 100.
SETTINGS: dict[str, Any] = {"minibatch": 8, "selector": "all", "val": 30}
Traced = tuple[dict[str, Any], list[tuple[str, str]], float]


def run_gepa(lab: Lab, own: bool = True, **changes: Any) -> None:
    """Reflect and keep what is better on a minibatch and then on val.

    Args:
        own: whether each component is shown what its own step saw and gave; otherwise all share one record.
    """
    import gepa

    settings = {**SETTINGS, **changes}
    names = [f"step {number}" for number in range(len(lab.start))]
    watch = _Watch(lab, names)
    gepa.optimize(
        seed_candidate=dict(zip(names, lab.start, strict=True)),
        trainset=lab.rows("train"),
        valset=lab.rows("val")[: settings["val"]],
        adapter=_Adapter(lab, names, own),
        reflection_lm=lambda ask: lab.say("", ask if isinstance(ask, str) else ask[-1]["content"]),
        reflection_minibatch_size=settings["minibatch"],
        module_selector=settings["selector"],
        stop_callbacks=lambda state: lab.over,
        callbacks=[watch],
        logger=_Quiet(),
        seed=lab.seed,
    )
    lab.claimed = watch.best > watch.scores[0]


class _Adapter:
    propose_new_texts = None

    def __init__(self, lab: Lab, names: Sequence[str], own: bool) -> None:
        self.lab, self.names, self.own = lab, names, own

    def evaluate(self, batch: Sequence[Any], candidate: Mapping[str, str], capture_traces: bool = False) -> Any:
        from gepa.core.adapter import EvaluationBatch

        traced = [self._traced(row, [candidate[name] for name in self.names]) for row in batch]
        scores = [score for _, _, score in traced]
        outputs = [steps[-1][1] for _, steps, _ in traced]
        return EvaluationBatch(outputs=outputs, scores=scores, trajectories=traced if capture_traces else None)

    def make_reflective_dataset(self, candidate: Any, eval_batch: Any, components: Sequence[str]) -> Any:
        return {name: [self._record(name, *traced) for traced in eval_batch.trajectories] for name in components}

    def _traced(self, row: dict[str, Any], prompts: Sequence[str]) -> Traced:
        steps = self.lab.run(prompts, row)
        return row, steps, float(steps[-1][1] == row["expected"])

    def _record(self, name: str, row: dict[str, Any], steps: list[tuple[str, str]], score: float) -> dict[str, str]:
        shown, gave = steps[self.names.index(name)] if self.own else _whole(row, steps)
        words = (
            "This answer is correct." if score else f"The final result is wrong. The right one is {row['expected']}."
        )
        return {"Inputs": shown, "Generated Outputs": gave, "Feedback": words}


def _whole(row: dict[str, Any], steps: list[tuple[str, str]]) -> tuple[str, str]:
    return row["inputs"]["question"], " -> ".join(gave for _, gave in steps)


class _Watch:
    def __init__(self, lab: Lab, names: Sequence[str]) -> None:
        self.lab, self.names, self.best = lab, names, -1.0
        self.scores: list[float] = []

    def on_valset_evaluated(self, event: Mapping[str, Any]) -> None:
        self.scores.append(event["average_score"])
        if event["average_score"] > self.best:
            self.best = event["average_score"]
            self.lab.note([event["candidate"][name] for name in self.names])


class _Quiet:
    def log(self, *words: Any, **named: Any) -> None:
        """GEPA's log is of no use here."""
