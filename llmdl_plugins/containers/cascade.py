"""The cheap block first; the dearer one only where the cheap answer is not trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import every, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.sayings import first_number
from llmdl_plugins.updates import text_of

DRAFT = "draft"


class Cascade(Module):
    """state → the first stage that is trusted, or the last; calls: from those of the first to those of all.

        state ─▶ stage 1 ─▶ trusted? ─ yes ─▶ update
                               │ no
                               └─▶ stage 2 ─▶ trusted? ─ yes ─▶ update
                                                 │ no
                                                 └─▶ stage 3 ─▶ update

    Args:
        layers: the stages, the cheapest first.
        judge: reads `draft` beside the state and writes one key: how surely it is right, from 0 to 100.  One that
            gives no number trusts nothing.

    Raises:
        MisuseError: there are fewer than two stages, or the judge does not write one key.

    Source: FrugalGPT (Chen et al., 2023); early exit (Teerapittayanon et al., 2016).
    """

    identity = MappingProxyType({"threshold": 0})

    def __init__(self, layers: Sequence[Module], judge: Module) -> None:
        stages, judge = [as_layer("Cascade", layer) for layer in layers], as_layer("Cascade", judge)
        if len(stages) < 2:
            raise MisuseError(f"Cascade needs 2 stages or more, got {len(stages)}.")
        self.key = written("Cascade", judge)
        self.stages, self.judge, self.inner = stages, judge, stages[0]
        self.reads = outside([*stages, judge], made=[DRAFT])
        self.writes = every(stage.writes for stage in stages)
        options = (0, 50, 70, 80, 90, 95)
        self.threshold = Parameter(70, kind="choice", options=options, role="from what trust on a stage is the last")

    def calls(self, **sizes: int) -> Calls:
        """The first stage alone at threshold 0; else also the judge, and at most every stage with its judge."""
        first, *rest = [stage.calls(**sizes) for stage in self.stages]
        if not self.threshold.value:
            return first
        judge = self.judge.calls(**sizes)
        least, most = first.least + judge.least, first.most + judge.most
        return Calls(least, most + sum(stage.most for stage in rest) + (len(rest) - 1) * judge.most)

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """The judge and the stages behind the first run where a threshold is set."""
        behind = ["judge", *(f"stages.{n}" for n in range(1, len(self.stages)))]
        return dict.fromkeys(behind, (self.threshold, self.threshold.options[1:]))

    async def forward(self, state: State) -> Any:
        """The update of the stage that is trusted."""
        *cheap, last = self.stages
        for stage in cheap:
            update = await stage.ainvoke(state)
            if not self.threshold.value or await self._trust(state, update) >= self.threshold.value:
                return update
        return await last.ainvoke(state)

    async def _trust(self, state: State, update: Any) -> float:
        said = await self.judge.ainvoke({**state, DRAFT: text_of(update)})
        return first_number(text_of(said, self.key))
