"""The worlds that differ from `rule`: a tempting sentence, two prompts that must agree, nothing to learn."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from llmdl_plugins.testing.draws import Draw
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.world import World

TRAP = "For every kind: round to tens."
FORMAT = "Use format ZX7."


class TrapWorld(World):
    """A tempting sentence fixes the kinds of cluster A and breaks the others."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        size = max(1, round(settings.cluster_a * settings.rules))
        self.cluster_a = frozenset(range(settings.rules - size, settings.rules))

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        honest = super().accuracy(prompt, kind, demos, shown)
        if TRAP.lower() not in prompt.lower():
            return honest
        return 1 - self.settings.eps if kind in self.cluster_a else honest * (1 - self.settings.harm)

    def suggestion(self, kind: int, draw: Draw) -> str:
        tempted = kind in self.cluster_a and draw.chance(self.settings.trap_p)
        return TRAP if tempted else self.rule(kind)


class CoupledWorld(World):
    """An extractor hands the ticket to a solver; their prompts must name the same format."""

    @property
    def start(self) -> tuple[str, ...]:
        return ("Pass the ticket on.", *super().start)

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        reads, writes = FORMAT.lower() in prompt.lower(), "FMT=ZX7" in shown
        if reads != writes:
            return 0.15
        return 1 - self.settings.eps if reads else 0.5

    def header(self, prompt: str, shown: str) -> str | None:
        if "FMT=" in shown:
            return None
        return "FMT=ZX7" if FORMAT.lower() in prompt.lower() else "FMT=TXT"

    def suggestion(self, kind: int, draw: Draw) -> str:
        return FORMAT

    def guess(self, draw: Draw) -> str:
        return FORMAT


class NullWorld(World):
    """Nothing that a prompt says matters: any gain is noise."""

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        return 0.5

    def suggestion(self, kind: int, draw: Draw) -> str:
        return f"For kind k{kind}: check n {draw.below(900) + 2} times."
