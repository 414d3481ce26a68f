"""Choices in words."""

from __future__ import annotations

from collections.abc import Mapping

from llmdl_plugins.plain import JSON


def in_words(changes: Mapping[str, JSON]) -> str:
    """Choices that differ from the application, for people.

    >>> in_words({"answer/chosen": "vote"}), in_words({})
    ('answer/chosen = vote', 'the application as it is')
    """
    return ", ".join(f"{name} = {value}" for name, value in changes.items()) or "the application as it is"
