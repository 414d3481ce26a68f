"""Layers one after the other: what does not fit is refused when it is put together."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins import Calls, Choice, Identity, Module, Prompt, Sequential
from llmdl_plugins.containers import (
    Cascade,
    Decompose,
    Encoded,
    Hierarchy,
    Mixture,
    MultiHead,
    Noted,
    Refine,
    Residual,
    Route,
    Skip,
    Windows,
)
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers import BlackBox, Demonstrations, Fuse, Recurrent
from llmdl_plugins.testing import ScriptedChat

MODEL = ScriptedChat([])


def prompt(source: str, target: str) -> Prompt:
    return Prompt(MODEL, "Go on.", source, target)


def test_what_nobody_writes_is_refused_at_once_with_the_key_that_was_meant() -> None:
    with pytest.raises(MisuseError, match=r"layer 2, Prompt, reads 'pln'.*Did you mean 'plan'"):
        Sequential(prompt("question", "plan"), prompt("pln", "answer"), given=["question"])


def test_a_chain_reads_what_is_not_written_inside_and_costs_the_sum() -> None:
    chain = Sequential(prompt("question", "plan"), Choice({"a": prompt("plan", "b"), "b": Identity()}))
    assert (chain.reads, chain.writes, chain.calls()) == (("question",), ("plan", "b"), Calls(2))


FUSE = Prompt(MODEL, "Join.", ["question", "drafts"], "fused")
CRITIC = Prompt(MODEL, "What is wrong?", ["question", "draft"], "critique")
NOTES = Prompt(MODEL, "Note.", "question", "notes")


@pytest.mark.parametrize(
    ("made", "reads"),
    [
        (lambda inner: Refine(inner, CRITIC, "question"), {"question"}),
        (lambda inner: Cascade([inner, inner], Prompt(MODEL, "Sure?", ["draft", "rules"], "trust")), {"rules"}),
        (lambda inner: MultiHead({"one": inner, "two": inner}, FUSE), {"question"}),
        (lambda inner: Mixture(NOTES, {"one": inner, "two": inner}, FUSE), {"question"}),
        (lambda inner: Route(NOTES, {"one": inner, "two": inner}), {"question"}),
        (lambda inner: Residual(inner, Prompt(MODEL, "Better?", ["before", "after"], "is_better")), set()),
        (lambda inner: Hierarchy(inner, Prompt(MODEL, "Join.", "drafts", "fused"), "text"), {"text"}),
        (lambda inner: Windows(inner, "text"), {"text"}),
        (lambda inner: Encoded(NOTES, inner, "question"), {"question"}),
        (lambda inner: Noted(NOTES, inner, "question"), {"question"}),
        (lambda inner: Decompose(inner, Prompt(MODEL, "Parts?", "task", "parts"), "question"), {"task", "question"}),
        (lambda inner: Demonstrations(inner, "question"), {"question"}),
    ],
    ids=lambda value: type(value(prompt("mail", "answer"))).__name__ if callable(value) else "",
)
def test_a_container_needs_what_its_layers_read_but_for_what_it_makes(made: Any, reads: set[str]) -> None:
    assert set(made(prompt("mail", "answer")).reads) == {"mail", *reads}
    with pytest.raises(MisuseError, match="reads 'mail', which is neither given nor written before it"):
        Sequential(made(prompt("mail", "answer")), given=[*reads])


@pytest.mark.parametrize(
    "layer",
    [
        Recurrent(MODEL, "report", "notes"),
        Sequential(Choice({"read": Recurrent(MODEL, "report", "notes"), "not": Identity()}), prompt("notes", "answer")),
        MultiHead({"one": BlackBox(dict, "yours"), "two": Recurrent(MODEL, "report", "yours")}),
    ],
    ids=lambda layer: layer.get_name(),
)
def test_a_size_by_which_nothing_is_counted_is_refused(layer: Module) -> None:
    sizes = {"yours": 1} if isinstance(layer, MultiHead) else {}
    assert layer.calls(report=3, **sizes).most >= 3
    with pytest.raises(MisuseError, match="counts no calls by 'repot'. Did you mean 'report'"):
        layer.calls(repot=3, **sizes)


def test_sizes_of_which_none_counts_are_refused_and_others_may_stand_beside_one_that_does() -> None:
    layer = Recurrent(MODEL, "report", "notes")
    assert layer.calls(report=3, question=1) == Calls(3) and Identity().calls(question=1) == Calls(0)
    with pytest.raises(MisuseError, match="counts no calls by 'chunks'. Known: report"):
        layer.calls(chunks=3)


@pytest.mark.parametrize(
    ("said", "build"),
    [
        ("Prompt would use 'draft' for two things", lambda: Prompt(MODEL, "Better?", ["draft", "draft"], "is_better")),
        ("Fuse would use 'drafts' for two things", lambda: Fuse(MODEL, ["drafts", "drafts"], "answer")),
        ("can't hide 'notes': Prompt reads it whenever it runs", lambda: Skip(prompt("notes", "answer"), ["notes"])),
    ],
)
def test_keys_that_clash_are_refused_when_it_is_built(said: str, build: Any) -> None:
    with pytest.raises(MisuseError, match=said):
        build()
