"""The world `blame`: six steps with fan-out, join and loop; each kind of ticket needs its rule at one of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.world import MODULUS, Item
from llmdl_plugins.testing.worlds.semantic import SemanticWorld
from llmdl_plugins.testing.worlds.wordings import claims, worded

STEPS = ("read", "north", "south", "join", "review", "reply")
STARTS = (
    "Read the ticket and note its number.",
    "Look at the ticket from the north side.",
    "Look at the ticket from the south side.",
    "Join the two sides into one number.",
    "Check the joined number.",
    "Answer the ticket.",
)
AGAIN = "again"
_AT = re.compile(r"\bAt step (\w+)(?:, round (\d+))?: ")
_NOTED = re.compile(rf"\b({'|'.join(STEPS)})=(\d+)")
_LOOP = ("join", "review")


class BlameWorld(SemanticWorld):
    """A ticket goes `read` → `north` and `south` → `join` → `review` → `reply`; some kinds join and review twice.

    A step is asked "At step join: Ticket T5 kind=k1 n=9 read=12 north=45 south=33" and replies its own number; a wrong
    number at one step makes all later ones wrong.  A rule at a step that does not need it costs that step `stray` on
    every ticket.  A teacher that is shown one step's own input names the rule that this step lacks; of any other step,
    and of several at once, it offers with probability `lure` a rule of no use there.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._owners = sorted(STEPS, key=lambda step: digest("owner", settings.seed, step))

    @property
    def start(self) -> tuple[str, ...]:
        return STARTS

    def owner(self, kind: int) -> str:
        """The step at which a kind needs its rule."""
        return self._owners[kind % len(STEPS)]

    def rounds(self, kind: int) -> int:
        """How often a kind goes through `join` and `review`."""
        return 2 if kind % 3 == 0 else 1

    def at_step(self, step: str, prompt: str, kind: int) -> float:
        """How often one step is right on a kind, where all before it were."""
        strays = sum(self.owner(claim.kind) != step for claim in claims(prompt))
        own = self.heard(prompt, kind) if self.owner(kind) == step else 1.0
        return float(own * (1 - self.settings.stray) ** strays)

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        return self.at_step(_place(shown)[0], prompt, kind) if self._sound(shown) else 0.0

    def kind_scores(self, prompts: Sequence[str], demos: AbstractSet[int] = frozenset()) -> list[float]:
        return [self._through(prompts, kind) for kind in range(self.settings.rules)]

    def said(self, item: Item, shown: str, right: bool, draw: Draw) -> str:
        step, turn = _place(shown)
        number = self._number(step, item) + (0 if right else 1 + draw.below(95))
        again = step == "review" and turn < self.rounds(item.kind)
        return f"{number % MODULUS} {AGAIN}" if again else str(number % MODULUS)

    def luck(self, item: Item, shown: str) -> tuple[object, ...]:
        return (item.number, *_place(shown))

    def suggestions(self, text: str, draw: Draw) -> list[str]:
        seen = {step for step, _ in _AT.findall(text)}
        step = seen.pop() if len(seen) == 1 else None
        return list(self._advice(step, dict.fromkeys(item.kind for item in self.read(text)), draw))

    def nothing(self, text: str) -> str:
        return "NONE" if "NONE" in text else super().nothing(text)

    def _advice(self, step: str | None, kinds: dict[int, None], draw: Draw) -> Iterator[str]:
        for kind in kinds:
            if self.owner(kind) == step:
                yield worded(self.claim(kind), draw)
            elif draw.chance(self.settings.lure):
                yield worded(self.wrong_claim(kind, draw), draw)

    def _through(self, prompts: Sequence[str], kind: int) -> float:
        turns = self.rounds(kind)
        return math.prod(
            self.at_step(step, prompt, kind) ** (turns if step in _LOOP else 1)
            for step, prompt in zip(STEPS, prompts, strict=True)
        )

    def _sound(self, shown: str) -> bool:
        """Whether all numbers of the steps before are right."""
        items, noted = self.read(shown), _NOTED.findall(shown)
        return all(int(number) == self._number(step, item) for item in items for step, number in noted)

    def _number(self, step: str, item: Item) -> int:
        if step == "reply":
            return int(item.gold)
        return digest("number", self.settings.seed, step, item.kind, item.n) % MODULUS


def _place(shown: str) -> tuple[str, int]:
    """The step that is asked, and in which round."""
    at = _AT.search(shown)
    return (at[1], int(at[2] or 1)) if at else ("reply", 1)
