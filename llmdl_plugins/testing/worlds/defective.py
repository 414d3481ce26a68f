"""The world `defective`: the starting prompt holds a wrong instruction, and adding alone never makes up for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.worlds.semantic import SemanticWorld
from llmdl_plugins.testing.worlds.wordings import Sentence, phrased

DEFECT = (
    "Round every result to tens before you reply.",
    "Always give your number to the nearest ten.",
    "Results are wanted in round tens, never exact.",
)
COMPLAINTS = (
    "Rounding to tens spoils the result, so that instruction must go.",
    "What the prompt says about tens is wrong and must go.",
    "The answer was exact before it was rounded: the instruction on rounding must go.",
)
_GOES = re.compile(r"\bmust go\b", re.I)


class DefectiveWorld(SemanticWorld):
    """Every kind is held to `defect` of its accuracy while the wrong instruction stands."""

    phrases: Mapping[str, Sequence[str]] = MappingProxyType({"defect": DEFECT})

    @property
    def start(self) -> tuple[str, ...]:
        defect = DEFECT[digest("defect", self.settings.seed) % len(DEFECT)]
        return (f"You answer tickets. {defect} Reply with the number only.",)

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        held = self.settings.defect if phrased(prompt, DEFECT) else 1.0
        return held * self.heard(prompt, kind, demos)

    def suggestions(self, text: str, draw: Draw) -> list[str]:
        found = super().suggestions(text, draw)
        if found and phrased(text, DEFECT) and draw.chance(self.settings.sees):
            return [COMPLAINTS[draw.below(len(COMPLAINTS))], *found]
        return found

    def standing(self, shown: Sequence[Sentence], text: str) -> list[Sentence]:
        told = _GOES.search(text)
        return [sentence for sentence in shown if not (told and sentence.meaning == "defect")]
