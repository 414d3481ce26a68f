"""What the earned worlds have in common: a prompt is obeyed by its meaning, and teachers word it anew each time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.world import World
from llmdl_plugins.testing.worlds.wordings import Claim, Meaning, Sentence, claims, plainly, sentences, worded

_WRONG = 3
# What a request says was tried in vain is no advice; it stands between marks of its own.
_IN_VAIN = re.compile(r"(?:did not help|didn't help|was rejected|made it worse)[^<]*<<<(\w+)\n.*?\n\1>>>", re.S | re.I)


class SemanticWorld(World):
    """One prompt; a kind is right where its rule is stated in any wording and nothing contradicts it."""

    phrases: Mapping[str, Sequence[str]] = {}

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._wrong = {kind: self._wrong_claims(kind) for kind in range(settings.rules)}

    def claim(self, kind: int) -> Claim:
        """The right rule of a kind."""
        return Claim(kind, *self._secret(kind))

    def rule(self, kind: int) -> str:
        return plainly(self.claim(kind))

    def wrong_claim(self, kind: int, draw: Draw) -> Claim:
        """A plausible rule that is wrong; there are few of each kind, so they come again."""
        return self._wrong[kind % self.settings.rules][draw.below(_WRONG)]

    def heard(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset()) -> float:
        """How well a kind goes by what the prompt states about it."""
        said = {claim for claim in claims(prompt) if claim.kind == kind}
        if said == {self.claim(kind)}:
            return 1 - self.settings.eps
        if self.claim(kind) in said:
            return self.settings.conflict
        if said:
            return self.settings.misled
        return self.settings.demo if kind in demos else self.settings.base

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        return self.heard(prompt, kind, demos)

    def suggestion(self, kind: int, draw: Draw) -> str:
        return worded(self.claim(kind), draw)

    def guess(self, draw: Draw) -> str:
        kind = draw.below(self.settings.rules)
        return worded(self.claim(kind) if draw.chance(0.25) else self.wrong_claim(kind, draw), draw)

    def kept(self, text: str, draw: Draw) -> list[str]:
        """Each meaning once, and where rules contradict each other one of them, the more likely the more often said."""
        shown = self.standing(sentences(_IN_VAIN.sub("", text), self.phrases), text)
        topics: dict[Meaning, list[Sentence]] = {}
        for sentence in shown:
            topics.setdefault(_topic(sentence.meaning), []).append(sentence)
        chosen = [said[draw.below(len(said))].text for said in topics.values()]
        return [text for text in chosen if not draw.chance(self.settings.forget)]

    def standing(self, shown: Sequence[Sentence], text: str) -> list[Sentence]:
        """What a proposer holds on to of the sentences shown."""
        return list(shown)

    def _wrong_claims(self, kind: int) -> list[Claim]:
        right = self.claim(kind)
        draw = Draw(digest("wrong", self.settings.seed, self.settings.skill, kind))
        found: list[Claim] = []
        while len(found) < _WRONG:
            claim = Claim(kind, 2 + draw.below(90), 1 + draw.below(95))
            if claim != right and claim not in found:
                found.append(claim)
        return found


def _topic(meaning: Meaning) -> Meaning:
    return f"k{meaning.kind}" if isinstance(meaning, Claim) else meaning
