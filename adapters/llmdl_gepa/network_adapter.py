"""A network as GEPA has programs: a batch of rows is run at once, and each prompt is told its own faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gepa.core.adapter import EvaluationBatch

from llmdl_plugins.data import Example
from llmdl_plugins.optimizers.well import well
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.feedback import Feedback
from llmdl_plugins.run.foreign.bridge import Bridge
from llmdl_plugins.run.foreign.candidate import Candidate, Outcome, with_slots
from llmdl_plugins.run.foreign.exchanges import exchanges

RIGHT = "The result is right: what this step did is to be kept."
NEAR = "The result is near the best that there was so far: what this step did is to be kept."
NOT_BLAMED = "The result was wrong, but this step is not to blame."


@dataclass
class NetworkAdapter:
    """A `GEPAAdapter`: components are the names of trainable texts, a trajectory is a row with what became of it.

    Args:
        bridge: to the run.
        texts: trainable texts by name.
        blaming: whether a critic says what each step did wrong; else each is told the words of the loss.
        best: the highest score of a row so far.
    """

    bridge: Bridge
    texts: Mapping[str, Parameter]
    blaming: bool = True
    best: float = 0.0
    propose_new_texts: Any = None  # GEPA's own

    def candidate(self, values: Mapping[str, str]) -> Candidate:
        """What differs from the incumbent, with slots that GEPA lost put back."""
        now = {name: str(self.bridge.problem.value(name)) for name in self.texts}
        kept = {name: with_slots(values[name], self.texts[name]) for name in self.texts}
        return Candidate({name: text for name, text in kept.items() if text != now[name]})

    def evaluate(self, batch: list[Example], candidate: dict[str, str], capture_traces: bool = False) -> Any:
        """The scores of a batch."""
        outcomes = self.bridge.run(self.candidate(candidate), batch)
        self.best = max([self.best, *(o.score for o in outcomes)])
        outputs = [o.rollout.output if o.rollout else None for o in outcomes]
        traces = [*zip(batch, outcomes, strict=True)] if capture_traces else None
        return EvaluationBatch(outputs=outputs, scores=[o.score for o in outcomes], trajectories=traces)

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> dict[str, list[dict[str, Any]]]:
        """For each prompt: what it was asked, what it answered, and what was wrong with that.

        Where a critic says who is to blame, those that are blamed for fewer rows than others are left as they are, by
        leaving them out: several prompts that are rewritten for one fault get in each other's way.
        """
        traces, values = eval_batch.trajectories, self.candidate(candidate)
        told = self._told(traces, values)
        return {
            name: [one for row, outcome in traces for one in self._records(name, values, row, outcome, told)]
            for name in most_blamed(components_to_update, told)
        }

    def _told(self, traces: Sequence[tuple[Example, Outcome]], values: Candidate) -> Mapping[tuple[str, str], str]:
        """By prompt and row what the critic says, failing rows of a step together."""
        problem = self.bridge.problem
        failing = [o.rollout for _, o in traces if o.rollout is not None and not self._went_well(o)]
        if not self.blaming or not failing:
            return {}

        async def blamed() -> list[Feedback]:
            return await problem.backward(failing, values.values)

        said = self.bridge.wait(blamed())
        names = {parameter: name for name, parameter in self.texts.items()}
        return {(names[f.parameter], f.example): f.words for f in said if f.parameter in names}

    def _records(
        self, name: str, values: Candidate, row: Example, outcome: Outcome, told: Mapping[tuple[str, str], str]
    ) -> list[dict[str, Any]]:
        words = self._words(name, row, outcome, told)
        if outcome.rollout is None:
            return [{"Inputs": dict(row.inputs), "Generated Outputs": "", "Feedback": words}]
        value = str(values.values.get(name, self.bridge.problem.value(name)))
        pairs = exchanges(outcome.rollout.tape, self.texts[name], value, None)
        return [{"Inputs": asked, "Generated Outputs": said, "Feedback": words} for asked, said in pairs]

    def _words(self, name: str, row: Example, outcome: Outcome, told: Mapping[tuple[str, str], str]) -> str:
        if self._went_well(outcome):
            return RIGHT if outcome.score >= 1 else NEAR
        # A critic that blames no step of a row may have said nothing at all: what is known is that it went wrong.
        if all(example != row.id for _, example in told):
            return outcome.words
        said = told.get((name, row.id), NOT_BLAMED)
        # Of one prompt alone the loss speaks as well, and a critic of few words may leave out what was expected.
        return said if len(self.texts) > 1 else f"{outcome.words} {said}"

    def _went_well(self, outcome: Outcome) -> bool:
        return outcome.score >= well(self.best)


def most_blamed(names: Sequence[str], told: Mapping[tuple[str, str], str]) -> list[str]:
    """Those that are blamed for as many rows as any; all, where none is."""
    counts = Counter(name for name, _ in told)
    most = max(counts[name] for name in names)
    return [name for name in names if counts[name] == most]
