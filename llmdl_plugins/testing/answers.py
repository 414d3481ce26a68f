"""What the model says to a list of messages, and how likely it was to be right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from llmdl_plugins.testing.dialect import MARKER, dress
from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.roles import Message, Role, joined, role_of
from llmdl_plugins.testing.teacher import criticise, propose
from llmdl_plugins.testing.world import MODULUS, Item, World

FILLER = "The data look like numbered tickets of several kinds."


@dataclass(frozen=True)
class Answer:
    """One reply; `accuracy` is the probability that it was right, where it had to be."""

    role: Role
    text: str
    accuracy: float | None = None


def answer(world: World, messages: Sequence[Message], draw: Draw, clock: int | None = None) -> Answer:
    """The reply of the model, dressed as the last message asks for.

    Args:
        clock: which call this is; None where time stands still.
    """
    last, text = messages[-1].text, joined(messages)
    if world.settings.skill == "echo":
        return Answer("task", dress(last, str(draw.below(MODULUS)), ("reply",)))
    match role_of(messages):
        case "task":
            return _solve(world, messages, draw, clock)
        case "proposer":
            return Answer("proposer", dress(last, propose(world, text, draw), ("instruction", "prompt")))
        case "critic":
            return Answer("critic", dress(last, criticise(world, text, draw), ("feedback",)))
        case "other":
            return Answer("other", dress(last, FILLER, ("reply",)))


def _solve(world: World, messages: Sequence[Message], draw: Draw, clock: int | None) -> Answer:
    last, text = messages[-1].text, joined(messages)
    (item,) = world.read(last)
    if header := world.header(text, last):
        return Answer("task", dress(last, f"{header} {item.text}", ("answer",)))
    accuracy = world.accuracy(text, item.kind, _worked_examples(world, messages), last)
    if clock is not None:
        accuracy += world.tide(clock)
    right = _luck(world, item, last, draw) < accuracy
    return Answer("task", dress(last, world.said(item, last, right, draw), ("answer",)), accuracy)


def _luck(world: World, item: Item, shown: str, draw: Draw) -> float:
    """Some items are hard or easy under every prompt, as in real data: paired comparison gains by it."""
    fixed = Draw(digest("item", world.settings.seed, *world.luck(item, shown)))
    return (fixed if fixed.chance(world.settings.paired) else draw).uniform()


def _worked_examples(world: World, messages: Sequence[Message]) -> set[int]:
    """Kinds of which an earlier exchange shows a ticket with its right answer."""
    kinds = set()
    for shown, said in pairwise(messages):
        items = world.read(shown.text) if (shown.role, said.role) == ("user", "assistant") else []
        if items and re.search(rf"(?<!\d){items[0].gold}(?!\d)", MARKER.sub("", said.text)):
            kinds.add(items[0].kind)
    return kinds
