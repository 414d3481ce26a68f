"""An answer is criticised and given again, until nothing is wrong with it or the rounds are over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import at_least, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.sayings import says_nothing
from llmdl_plugins.slots import filled
from llmdl_plugins.updates import answered, asked, asking, text_of

DRAFT = "draft"


class Refine(Module):
    """state → inner → (critic → inner) × rounds at most; calls: inner, and for each round critic and inner.

        state ─▶ inner ─▶ draft ─▶ critic ─┬─ NONE ─▶ update
                   ▲                       │
                   └── draft and critique ─┘

    Args:
        inner: the block that answers; it is told its draft and the critique behind what it is asked with.
        critic: reads `draft` beside the state and writes one key: what is wrong, or NONE, which ends the loop.
        source: the key with what inner is asked with.
        rounds: the most rounds that may be chosen.
        target: the key of the draft; the messages of an update or its last key, by default.

    Raises:
        MisuseError: the loop has no cap, or the critic does not write one key.

    Source: Self-Refine (Madaan et al., 2023).
    """

    identity = MappingProxyType({"rounds": 0})

    def __init__(self, inner: Module, critic: Module, source: str, rounds: int = 1, target: str | None = None) -> None:
        inner, critic = as_layer("Refine", inner), as_layer("Refine", critic)
        most = at_least("Refine", "rounds", rounds, 1, "a loop needs a cap")
        self.key = written("Refine", critic)
        self.inner, self.critic, self.source, self.target = inner, critic, source, target
        self.reads, self.writes = outside([inner, critic], source, made=[DRAFT]), inner.writes
        self.rounds = Parameter(most, kind="choice", options=tuple(range(most + 1)), role="how often it is criticised")
        self.again = Parameter(
            "An earlier answer was: {draft}\nWhat is wrong with it: {critique}\nAnswer again, in the same form.",
            slots=("draft", "critique"),
            role="tells the block what it said and what is wrong with it",
        )

    def calls(self, **sizes: int) -> Calls:
        """Inner; each round takes the critic, and inner where something is wrong."""
        inner, critic, rounds = self.inner.calls(**sizes), self.critic.calls(**sizes), self.rounds.value
        if not rounds:
            return inner
        return inner + Calls(critic.least, rounds * (critic.most + inner.most))

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """The critic runs where there are rounds."""
        return {"critic": (self.rounds, self.rounds.options[1:])}

    async def forward(self, state: State) -> Any:
        """The last answer."""
        update = await self.inner.ainvoke(state)
        for _ in range(self.rounds.value):
            draft = text_of(update, self.target)
            critique = text_of(await self.critic.ainvoke({**state, DRAFT: draft}), self.key)
            if says_nothing(critique):
                break
            again = filled(self.again.value, draft=draft, critique=critique)
            told = asking(state, self.source, f"{asked(state, self.source)}\n\n{again}")
            update = await answered(self.inner, told, self.source, state)
        return update
