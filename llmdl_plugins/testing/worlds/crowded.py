"""The world `crowded`: a long prompt is obeyed less, and a third of the advice is wrong."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from llmdl_plugins.testing.draws import Draw
from llmdl_plugins.testing.worlds.semantic import SemanticWorld
from llmdl_plugins.testing.worlds.wordings import worded


class CrowdedWorld(SemanticWorld):
    """Obedience is whole up to `room` words for each rule, and falls as their share of all words after that."""

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        base, heard = self.settings.base, self.heard(prompt, kind, demos)
        return base + (heard - base) * self.obedience(prompt)

    def obedience(self, prompt: str) -> float:
        """Share of the prompt's effect that is left at its length."""
        return min(1.0, self.settings.room * self.settings.rules / max(1, len(prompt.split())))

    def suggestion(self, kind: int, draw: Draw) -> str:
        wrong = draw.chance(self.settings.wrong)
        return worded(self.wrong_claim(kind, draw) if wrong else self.claim(kind), draw)
