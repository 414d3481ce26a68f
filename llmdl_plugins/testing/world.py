"""The hidden world: tickets, their secret answers, and how often a prompt gets them right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.settings import Settings

TICKET = re.compile(r"Ticket T(?P<number>\d+) kind=k(?P<kind>\d+) n=(?P<n>\d+)")
MODULUS = 97
SENTENCE = re.compile(r"for (?:kind k\d+|every kind): [a-z0-9 ]{3,60}\.|use format zx7\.", re.I)
USELESS = "The reply could be clearer and more careful; think step by step and double-check the result."


@dataclass(frozen=True)
class Item:
    """One example: show `text` to the program and compare its reply with `gold`."""

    number: int
    kind: int
    n: int
    gold: str

    @property
    def text(self) -> str:
        return f"Ticket T{self.number} kind=k{self.kind} n={self.n}"


class World:
    """The world `rule`: a prompt is right on the kinds whose sentence it holds."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        draw = Draw(digest("world", settings.seed, settings.skill))
        self._secrets = [(2 + draw.below(90), 1 + draw.below(95)) for _ in range(settings.rules)]

    @property
    def start(self) -> tuple[str, ...]:
        """The prompt that each node has before training, in order."""
        return ("Answer the ticket.",)

    def gold(self, kind: int, n: int) -> str:
        """The right answer of a ticket."""
        times, plus = self._secret(kind)
        return str((n * times + plus) % MODULUS)

    def rule(self, kind: int) -> str:
        """The sentence that a prompt needs for a kind."""
        times, plus = self._secret(kind)
        return f"For kind k{kind}: reply n times {times} plus {plus} modulo {MODULUS}."

    def items(self, split: str, size: int) -> list[Item]:
        """The items of a named split; kinds are balanced, and no number is in two splits."""
        start = 1 + 100_000 * (digest("split", split) % 90_000)
        draw = Draw(digest("items", self.settings.seed, split))
        items = [self._item(start + i, i % self.settings.rules, 1 + draw.below(400)) for i in range(size)]
        return sorted(items, key=lambda item: digest("order", self.settings.seed, item.text))

    def read(self, text: str) -> list[Item]:
        """The tickets shown in a text, in order."""
        return [self._item(int(m["number"]), int(m["kind"]), int(m["n"])) for m in TICKET.finditer(text)]

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        """The true accuracy of a prompt on a kind.

        Args:
            prompt: all text that the model is shown.
            kind: the kind of the ticket.
            demos: kinds of which a worked example is in context.
            shown: the last message; only a world with two nodes looks at it.
        """
        if self.rule(kind).lower() in prompt.lower():
            return 1 - self.settings.eps
        return self.settings.demo if kind in demos else self.settings.base

    def true_score(self, prompts: Sequence[str], demos: AbstractSet[int] = frozenset()) -> float:
        """The exact expected accuracy of an application on test, given the prompt of each node in order."""
        scores = self.kind_scores(prompts, demos)
        return sum(weight * score for weight, score in zip(self.weights(), scores, strict=True))

    def kind_scores(self, prompts: Sequence[str], demos: AbstractSet[int] = frozenset()) -> list[float]:
        """The exact expected accuracy on each kind."""
        shown = self.header(prompts[0], "") or ""
        return [self.accuracy(prompts[-1], kind, demos, shown) for kind in range(self.settings.rules)]

    def weights(self) -> list[float]:
        """The share of each kind in test."""
        return [1 / self.settings.rules] * self.settings.rules

    def said(self, item: Item, shown: str, right: bool, draw: Draw) -> str:
        """What a node replies where it is right, and where it is not."""
        return item.gold if right else str((int(item.gold) + 1 + draw.below(95)) % MODULUS)

    def luck(self, item: Item, shown: str) -> tuple[object, ...]:
        """What an item's fixed luck hangs on; equal parts are right or wrong together."""
        return (item.number,)

    def tide(self, clock: int) -> float:
        """What is added to every accuracy at the n-th call; only a world that drifts has one."""
        return 0.0

    def group(self, item: Item) -> str | None:
        """The slice that a row names."""
        return None

    def header(self, prompt: str, shown: str) -> str | None:
        """What a node that only passes the ticket on writes before it; None where the node has to answer."""
        return None

    def suggestion(self, kind: int, draw: Draw) -> str:
        """The sentence that an expert would add after seeing a ticket of a kind fail."""
        return self.rule(kind)

    def suggestions(self, text: str, draw: Draw) -> list[str]:
        """The sentences that an expert would add after seeing the tickets shown fail."""
        return [self.suggestion(kind, draw) for kind in dict.fromkeys(item.kind for item in self.read(text))]

    def nothing(self, text: str) -> str:
        """What a critic says who sees nothing to add."""
        return USELESS

    def kept(self, text: str, draw: Draw) -> list[str]:
        """The sentences shown that a proposer takes over."""
        shown = {match[0].lower(): match[0] for match in SENTENCE.finditer(text)}
        return [sentence for sentence in shown.values() if not draw.chance(self.settings.forget)]

    def guess(self, draw: Draw) -> str:
        """A sentence that a proposer makes up without having seen a ticket."""
        return self.rule(draw.below(self.settings.rules))

    def _secret(self, kind: int) -> tuple[int, int]:
        return self._secrets[kind % len(self._secrets)]

    def _item(self, number: int, kind: int, n: int) -> Item:
        return Item(number, kind, n, self.gold(kind, n))
