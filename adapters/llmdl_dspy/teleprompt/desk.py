"""Where threads of DSPy ask for runs of the network: its programs in, its predictions and traces out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dspy

from llmdl_dspy.teleprompt.candidates import Candidates
from llmdl_dspy.teleprompt.program import Program
from llmdl_dspy.teleprompt.rows import Rows
from llmdl_plugins.run.foreign.bridge import Bridge
from llmdl_plugins.run.foreign.candidate import Candidate, Outcome
from llmdl_plugins.run.foreign.exchanges import exchanges

WHERE = "teacher/dspy"


class Desk:
    """Serves the threads of one teleprompter.

    Args:
        bridge: to the run.
        candidates: what a program stands for.
        rows: that a program may be asked to run.
    """

    def __init__(self, bridge: Bridge, candidates: Candidates, rows: Rows) -> None:
        self.bridge, self.candidates, self.rows = bridge, candidates, rows

    def run(self, program: Program, inputs: Mapping[str, Any]) -> Any:
        """The prediction of a program on the row with these inputs.

        Raises:
            Stopped: the run ends; no thread of DSPy may go on.
        """
        try:
            return self._ran(program, inputs)
        except Exception as error:  # DSPy would take it for a wrong answer
            raise self.bridge.end(error) from error

    def _ran(self, program: Program, inputs: Mapping[str, Any]) -> Any:
        candidate = self.candidates.of(program.nodes)
        (outcome,) = self.bridge.run(candidate, [self.rows.row(inputs)], _repetition(program))
        self._trace(program, candidate, outcome)
        return _prediction(outcome)

    def _trace(self, program: Program, candidate: Candidate, outcome: Outcome) -> None:
        """Give DSPy the exchanges of each node, as if its predictors had made them."""
        trace = dspy.settings.trace
        if trace is None or outcome.rollout is None:
            return
        for name, node in program.nodes.items():
            text, shows = self.candidates.texts[name], self.candidates.shows(name)
            value = self.candidates.in_force(name, candidate)
            for asked, said in exchanges(outcome.rollout.tape, text, value, shows):
                answer = dspy.Prediction.from_completions([{"output": said}], signature=node.signature)
                trace.append((node, {"input": asked}, answer))

    @contextmanager
    def teaching(self) -> Iterator[None]:
        """Inside, a call of this thread is the teacher's."""
        with self.bridge.teaching(WHERE):
            yield


def _repetition(program: Program) -> str:
    """Which draw DSPy asks for: it tells them apart by the `rollout_id` of a model."""
    lm = next((node.lm for node in program.nodes.values() if node.lm is not None), None) or dspy.settings.lm
    wanted = getattr(lm, "kwargs", {}).get("rollout_id")
    return f"dspy/{wanted}" if wanted else "0"


def _prediction(outcome: Outcome) -> Any:
    output = outcome.rollout.output if outcome.rollout is not None else None
    fields = output if isinstance(output, Mapping) else {"output": output}
    made = dspy.Prediction(**{str(key): value for key, value in fields.items()})
    made._outcome = outcome
    return made
