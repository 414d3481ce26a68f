"""One thing that the application is about to do to the world outside, and what the user has allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Effect:
    """What is about to happen, and the option that would allow it."""

    what: str
    option: str
    is_network: bool = False


@dataclass(frozen=True)
class Allowed:
    """What the application may do.

    Args:
        hosts: names or addresses, with or without a port; patterns with `*`.
        tools: tools whose side effects are wanted.
        folders: where it may write.
        programs: names of programs that it may run.
        natives: packages that talk to the world past Python, where nothing can be seen.
        ours: folders that only we write to.
    """

    hosts: Sequence[str] = ()
    tools: frozenset[str] = frozenset()
    folders: Sequence[str] = ()
    programs: Sequence[str] = ()
    natives: Sequence[str] = ()
    ours: Sequence[str] = field(default=(), repr=False)


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name is one of these, or fits one of them."""
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns)
