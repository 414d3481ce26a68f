"""What the screen is said to do is what it does: the exact figures beside proposals that it really screens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.network import trainable
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.screen import screen
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.screening import screening, smallest_accepted

NET = trainable(Prompt(ScriptedChat([]), "the original", "question", "answer"))
NEW = {"instruction": "another one!"}


class Drawn:
    """Stands for the evaluator: items are won, lost or tied by chance, each once."""

    network = NET

    def __init__(self, gain: float, discordance: float, draw: random.Random) -> None:
        self.win, self.loss, self.draw, self.seen = (discordance + gain) / 2, (discordance - gain) / 2, draw, 0
        self.known: dict[str, tuple[float, float]] = {}

    def pair(self, name: str) -> tuple[float, float]:
        if name not in self.known:
            at = self.draw.random()
            self.known[name] = (0.0, 1.0) if at < self.win else (1.0, 0.0) if at < self.win + self.loss else (1.0, 1.0)
        return self.known[name]

    async def evaluate(self, candidates: Any, examples: Sequence[Example], **how: Any) -> list[Rollout]:
        self.seen = len(examples)
        return [Rollout(e, "scored", self.pair(e.id)[side], "", None, Tape()) for side in (0, 1) for e in examples]


async def screened(items: int, gain: float, discordance: float, times: int, groups: int = 0) -> tuple[float, float]:
    rows = [Example({"q": i}, i, str(i), f"g{i % groups}" if groups else None) for i in range(items)]
    draw, accepted, seen = random.Random(7), 0, 0
    for n in range(times):
        drawn: Any = Drawn(gain, discordance, draw)
        accepted += (await screen(drawn, {}, NEW, rows, seed=str(n))).accepted
        seen += drawn.seen
    return accepted / times, seen / times


@pytest.mark.parametrize(("gain", "discordance"), [(0.0, 0.3), (0.1, 0.3), (-0.1, 0.3), (0.1, 0.1)])
async def test_the_exact_figures_are_those_of_the_screen_itself(gain: float, discordance: float) -> None:
    told, (accepted, seen) = screening(60, gain, discordance), await screened(60, gain, discordance, 500)
    assert accepted == pytest.approx(
        told.accepted, abs=3.5 * (told.accepted * (1 - told.accepted) / 500) ** 0.5 + 0.004
    )
    assert seen == pytest.approx(told.items, rel=0.08)


@pytest.mark.parametrize("discordance", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("items", [36, 60, 100])
def test_noise_is_rarely_accepted_and_harm_hardly_ever(items: int, discordance: float) -> None:
    assert screening(items, 0.0, discordance).accepted <= 0.105
    assert screening(items, -0.1, discordance).accepted <= 0.02
    assert screening(items, 0.1, discordance).accepted >= 0.26


def test_more_val_rows_accept_smaller_gains() -> None:
    gains = [smallest_accepted(items, 0.1) for items in (36, 100)]
    assert gains[0] and gains[1] and gains[1] < gains[0] and screening(100, gains[1], 0.1 + gains[1]).accepted >= 0.8


async def test_many_groups_do_not_stop_a_gain_by_chance() -> None:
    alone, _ = await screened(100, 0.15, 0.3, 200)
    grouped, _ = await screened(100, 0.15, 0.3, 200, groups=10)
    assert alone > 0.8 and grouped > alone - 0.03
