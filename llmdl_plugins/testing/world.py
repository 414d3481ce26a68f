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
        """The exact expected accuracy of an application, given the prompt of each node in order."""
        shown = self.header(prompts[0], "") or ""
        kinds = range(self.settings.rules)
        return sum(self.accuracy(prompts[-1], kind, demos, shown) for kind in kinds) / len(kinds)

    def header(self, prompt: str, shown: str) -> str | None:
        """What a node that only passes the ticket on writes before it; None where the node has to answer."""
        return None

    def suggestion(self, kind: int, draw: Draw) -> str:
        """The sentence that an expert would add after seeing a ticket of a kind fail."""
        return self.rule(kind)

    def guess(self, draw: Draw) -> str:
        """A sentence that a proposer makes up without having seen a ticket."""
        return self.rule(draw.below(self.settings.rules))

    def _secret(self, kind: int) -> tuple[int, int]:
        return self._secrets[kind % len(self._secrets)]

    def _item(self, number: int, kind: int, n: int) -> Item:
        return Item(number, kind, n, self.gold(kind, n))
