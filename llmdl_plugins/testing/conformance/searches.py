"""What a search strategy promises, beyond what every optimizer does."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.module import Module, State
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.testing.chat import SimulatedChat
from llmdl_plugins.testing.conformance.optimizers import OptimizerCases, first_run
from llmdl_plugins.testing.simulator import Simulator


class Space(Module):
    """Two choices, six ways to answer; some know the rules of more tickets than others."""

    def __init__(self, model: SimulatedChat) -> None:
        rules = [model.simulator.world.rule(kind) for kind in range(2)]
        first = {"none": "Answer.", "one rule": rules[0], "both": f"{rules[0]} {rules[1]}"}
        self.note = Choice({name: _writing(model, text, "question", "note") for name, text in first.items()})
        second = {"plain": "Answer the ticket.", "careful": "Answer the ticket with care."}
        self.answer = Choice({name: _writing(model, text, "question", "answer") for name, text in second.items()})

    async def forward(self, state: State) -> dict[str, Any]:
        """The first answer that says something."""
        return {**await self.answer.ainvoke(state), "answer": (await self.note.ainvoke(state))["note"]}


def _writing(model: SimulatedChat, instruction: str, source: str, target: str) -> Prompt:
    layer = Prompt(model, instruction, source, target)
    layer.instruction.freeze("the space is about choices")
    return layer


class SearchCases(OptimizerCases):
    """It searches a space of two choices; write `application` where it needs another."""

    kind = "searches"

    def application(self) -> tuple[Network, Simulator]:
        """What is searched, and the model that it asks."""
        simulator = Simulator(rules=2, redraw=False)
        return trainable(Space(SimulatedChat(simulator=simulator, temperature=0))), simulator

    def test_it_stays_in_the_space(self) -> None:
        """It proposes values of choices alone, each one of its options."""
        found, choices = first_run(self), self.application()[0].named_parameters()
        assert not found.notes.wrong, f"it left the space: {found.notes.wrong[0]}"
        others = [name for p in found.notes.proposals for name in p.changes if choices[name].kind != "choice"]
        assert not others, f"it changes {others[0]}, which is no choice: offer it as an optimizer"

    def test_it_pays_for_no_candidate_twice(self) -> None:
        """It proposes no combination twice, nor the one that it began with."""
        notes = first_run(self).notes
        whole = [notes.start, *(p.whole for p in notes.proposals)]
        if len(whole) == 1:
            pytest.skip("it proposed nothing for the space of the cases: write `application` in your own tests")
        assert len(set(whole)) == len(whole), f"it proposed {next(w for w in whole if whole.count(w) > 1)} twice"
