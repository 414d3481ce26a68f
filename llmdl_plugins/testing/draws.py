"""Chance that is equal on every machine: a hash of parts, and a stream of draws that starts from it."""

from __future__ import annotations

import hashlib
import math

_MASK = (1 << 64) - 1


def digest(*parts: object) -> int:
    """A 64-bit hash of the parts, equal on every machine and in every run.

    >>> digest("a", 1) == digest("a", "1") != digest("a1")
    True
    """
    return int.from_bytes(hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


class Draw:
    """A splitmix64 stream of random numbers (Steele et al., 2014).

    Args:
        key: where the stream starts; equal keys give equal streams.
    """

    def __init__(self, key: int) -> None:
        self._state = key & _MASK

    def uniform(self) -> float:
        """The next number in [0, 1)."""
        self._state = z = (self._state + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((z ^ (z >> 31)) >> 11) / 9007199254740992.0

    def chance(self, p: float) -> bool:
        """True with probability `p`."""
        return self.uniform() < p

    def below(self, n: int) -> int:
        """A whole number in [0, n)."""
        return int(self.uniform() * n)

    def normal(self) -> float:
        """A standard normal number (Box and Muller, 1958)."""
        return math.sqrt(-2 * math.log(1 - self.uniform())) * math.cos(2 * math.pi * self.uniform())
