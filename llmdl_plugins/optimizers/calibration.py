"""No teacher needed: how far the prior of a model is taken out of its choices, where that helps."""

from __future__ import annotations

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.optimizer import NOTHING, Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.work import Range, Size, Work

_NAME = "calibration"


class Calibration(Optimizer):
    """Tries every strength at each node that scores choices against a prior (the layer `Score`); changes nothing else.

    Source: calibrate before use (Zhao et al., 2021).

    Raises:
        MisuseError: no node has a strength to choose.
    """

    name = _NAME

    def expected(self, size: Size) -> Work:
        """Two other strengths at each node, on some of the val rows."""
        return Work(Range(8.0, 1.5 * size.val, size.val * (1.0 + 2.0 * max(1, size.choices))), NOTHING)

    async def optimize(self, problem: Problem) -> None:
        """Propose the other options of every parameter that is named so."""
        found = {n: p for n, p in problem.parameters.items() if n.rpartition("/")[2] == _NAME and p.kind == "choice"}
        if not found:
            raise MisuseError(
                "Nothing here is calibrated: give a `Score` layer a prior: Score(…, prior=await score.prior_over(…))."
            )
        for name, parameter in found.items():
            for option in parameter.options:
                if option != problem.value(name):
                    await problem.propose({name: option}, f"{name}: {option}")
