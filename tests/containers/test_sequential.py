"""Layers one after the other: what does not fit is refused when it is put together."""

from __future__ import annotations

import pytest

from llmdl_plugins import Calls, Choice, Identity, Prompt, Sequential
from llmdl_plugins.errors import MisuseError
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
