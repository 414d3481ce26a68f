"""What was tried on an exported application, for whoever is to rely on it."""

from __future__ import annotations

from dataclasses import dataclass

_AROUND = 40


@dataclass(frozen=True)
class Verification:
    """Whether an exported application sends what the trained one sends.

    Args:
        probes: how many inputs were run.
        calls: how many model calls were compared, message by message.
        differences: one sentence each; none where all is equal.
    """

    probes: int
    calls: int
    differences: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether there is no difference."""
        return not self.differences

    def __str__(self) -> str:
        compared = f"{self.calls} calls of {self.probes} {'probe' if self.probes == 1 else 'probes'}"
        if self.equal:
            return f"verified: every message of {compared} is equal"
        return "\n".join([f"not equal, {compared} compared:", *(f"- {line}" for line in self.differences)])


@dataclass(frozen=True)
class Check:
    """Something that a reviewer can rely on, because it was tried.

    Args:
        what: what was looked at.
        holds: whether it is as it should be; None where it could not be tried.
        found: what was found, or why it could not be tried.
    """

    what: str
    holds: bool | None
    found: str


def parted(one: str, other: str) -> str:
    """Where two texts part, the second of them exported.

    >>> parted("Answer.", "Answer!")
    "differs from character 7: 'Answer.', exported 'Answer!'"
    """
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    shown = [text[max(0, at - _AROUND) : at + _AROUND] for text in (one, other)]
    return f"differs from character {at + 1}: {shown[0]!r}, exported {shown[1]!r}"
