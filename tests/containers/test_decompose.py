"""A question in parts: what the block is asked, in which order, and what it is told of the parts before."""

from __future__ import annotations

import pytest

from llmdl_plugins import Prompt, trainable
from llmdl_plugins.containers.decompose import INSTRUCTION, Decompose
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.testing import ScriptedChat


def block(splits: str, most: int = 4) -> tuple[Decompose, ScriptedChat]:
    inner = ScriptedChat(lambda messages, _: f"<{messages[-1].text.splitlines()[0]}>")
    split = Prompt(ScriptedChat([splits]), INSTRUCTION, "question", "parts")
    return Decompose(Prompt(inner, "Answer.", "question", "answer"), split, "question", most), inner


def asked(model: ScriptedChat) -> list[str]:
    return [str(call.messages[-1]["content"]) for call in model.calls]


def test_parts_are_answered_in_order_and_then_the_whole() -> None:
    made, inner = block("1. Who?\n2. When?")
    assert made.invoke({"question": "Why?"}) == {"answer": "<Why?>"}
    assert asked(inner) == [
        "Who?",
        "When?\n\nWhat is known already:\nWho? <Who?>",
        "Why?\n\nWhat is known already:\nWho? <Who?>\nWhen? <When?>",
    ]
    assert 1 + len(inner.calls) in made.calls()


def test_what_is_simple_already_is_asked_as_it_is() -> None:
    made, inner = block("NONE")
    assert made.invoke({"question": "Why?"}) == {"answer": "<Why?>"} and asked(inner) == ["Why?"]


def test_parts_beyond_the_cap_are_not_asked() -> None:
    made, inner = block("a\nb\nc\nd\ne")
    with trainable(made).using({"parts": 2}):
        made.invoke({"question": "Why?"})
        assert len(inner.calls) == 3 and made.calls() == Calls(2, 4)


def test_a_loop_without_a_cap_is_refused() -> None:
    with pytest.raises(MisuseError, match="a loop needs a cap"):
        block("x", most=0)
