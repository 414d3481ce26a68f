"""A DSPy program as a layer of ours: in containers, and as a node of a LangGraph graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dspy

from llmdl_dspy.keys import gives, takes
from llmdl_dspy.program import Program, as_state
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter


class Layer(Module):
    """state[reads] → program → the fields of its prediction; calls: those of the program, counted.

    >>> import dspy
    >>> Layer(dspy.Predict("question -> answer")).reads
    ('question',)

    Args:
        program: a `dspy.Module` with predictors; it is never copied and never changed.
        reads: the keys of the state that it is given; what its signature or its `forward` names, by default.
        writes: the fields of its prediction that are kept; all, by default.

    Raises:
        TargetError: it has no predictors.
    """

    def __init__(
        self, program: dspy.Module, reads: Iterable[str] | None = None, writes: Iterable[str] | None = None
    ) -> None:
        self.program, self.name = Program(program), type(program).__name__
        self.reads = takes(program) if reads is None else tuple(reads)
        self.writes = gives(program) if writes is None else tuple(writes)

    def named_parameters(self) -> dict[str, Parameter]:
        """Those of the program."""
        return self.program.parameters()

    def calls(self, **sizes: int) -> Calls:
        """Of a predictor its `n`, and as many where its adapter asks again for JSON; else those given by its name.

        Raises:
            MisuseError: it is code, and no number is given.
        """
        if isinstance(self.program.module, dspy.Predict | dspy.ChainOfThought):
            drawn = self.program.predictors[0].predict.config.get("n", 1)
            return Calls(drawn, 2 * drawn)
        if self.name not in sizes:
            raise MisuseError(
                f"How many model calls the program {self.name!r} makes is not known before a run: "
                f"give them by its name, calls(**{{{self.name!r}: 2}})."
            )
        return Calls(sizes[self.name])

    async def forward(self, state: State) -> Any:
        """The fields of its prediction."""
        given = dict(state) if self.reads is None else {key: state[key] for key in self.reads}
        answer = as_state(await self.program.answer(given))
        if self.writes is None or not isinstance(answer, dict):
            return answer
        return {key: answer[key] for key in self.writes if key in answer}
