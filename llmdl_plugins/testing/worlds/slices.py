"""The world `slices`: rare kinds that train hardly shows, and shortcuts that help the others at their cost."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.world import Item
from llmdl_plugins.testing.worlds.semantic import SemanticWorld
from llmdl_plugins.testing.worlds.wordings import phrased

SHORTCUTS = {
    "even": (
        "Tickets of even kind: take the usual way at once.",
        "Where the kind is even, go the usual way without looking further.",
        "Even kinds are all alike, so treat them by the usual way.",
    ),
    "odd": (
        "Tickets of odd kind: take the short way at once.",
        "Where the kind is odd, go the short way without looking further.",
        "Odd kinds are all alike, so treat them by the short way.",
    ),
}
_CLUSTER = 3


class SlicesWorld(SemanticWorld):
    """Two shortcuts lift the common kinds to `shortcut`, halve what their rules add to it, and ruin the rare ones.

    Common tickets come in clusters of near-duplicates, which are right or wrong together.  The group of a row is its
    kind; splits named test… hold `rare_test` of the rare kinds, all others `rare`.
    """

    phrases = SHORTCUTS

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        size = max(1, round(settings.rules / 4))
        self.rare = tuple(range(settings.rules - size, settings.rules))
        self.common = tuple(range(settings.rules - size))

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        taken = [name for name, wordings in SHORTCUTS.items() if phrased(prompt, wordings)]
        heard = self.heard(prompt, kind, demos)
        if kind in self.rare:
            return float(heard * (1 - self.settings.harm) ** len(taken))
        if _shortcut(kind) not in taken:
            return heard
        return max(self.settings.shortcut, (self.settings.shortcut + heard) / 2)

    def suggestion(self, kind: int, draw: Draw) -> str:
        if kind in self.common and draw.chance(self.settings.trap_p):
            wordings = SHORTCUTS[_shortcut(kind)]
            return wordings[draw.below(len(wordings))]
        return super().suggestion(kind, draw)

    def items(self, split: str, size: int) -> list[Item]:
        start = 1 + 100_000 * (digest("split", split) % 90_000)
        draw = Draw(digest("items", self.settings.seed, split))
        share = self.settings.rare_test if split.startswith("test") else self.settings.rare
        rare = round(size * share)
        kinds = [self.rare[i % len(self.rare)] for i in range(rare)]
        numbers = [1 + draw.below(400) for _ in range(size)]
        items = [self._item(start + i, kind, numbers[i]) for i, kind in enumerate(kinds)]
        for i in range(rare, size):
            cluster = (i - rare) // _CLUSTER
            items.append(self._item(start + i, self.common[cluster % len(self.common)], numbers[cluster]))
        return sorted(items, key=lambda item: digest("order", self.settings.seed, item.text))

    def weights(self) -> list[float]:
        """Shares of the kinds in test."""
        rare = self.settings.rare_test
        common = [(1 - rare) / len(self.common)] * len(self.common)
        return common + [rare / len(self.rare)] * len(self.rare)

    def group(self, item: Item) -> str:
        return f"k{item.kind}"

    def luck(self, item: Item, shown: str) -> tuple[object, ...]:
        return (item.kind, item.n)


def _shortcut(kind: int) -> str:
    return "odd" if kind % 2 else "even"
