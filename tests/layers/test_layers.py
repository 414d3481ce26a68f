"""Layers: with nothing trained they are what they wrap; demonstrations stand where the model looks for them."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from llmdl_plugins.layers.demonstrations import Demonstrations, shown
from llmdl_plugins.layers.fuse import Fuse
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.layers.retrieved import Index, RetrievedDemonstrations, choose, support
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.testing import ScriptedChat

DEMOS = [{"input": "1 + 1", "output": "2"}, {"input": "2 + 2", "output": "4"}]


class Seen(Module):
    """Gives what it is given."""

    async def forward(self, state: Any) -> Any:
        return {"seen": state["q"]}


def test_a_prompt_is_a_runnable_of_one_call() -> None:
    model = ScriptedChat(["Hello."])
    chain = Prompt(model, "Be kind.", "q", "a") | (lambda update: update["a"])
    assert chain.invoke({"q": "hi {x}"}) == "Hello."
    assert [m["content"] for m in model.calls[0].messages] == ["Be kind.", "hi {x}"]


@pytest.mark.parametrize("layer", [Demonstrations, RetrievedDemonstrations])
@pytest.mark.parametrize("value", ["text", [HumanMessage("hi")], {"any": "thing"}])
def test_without_examples_it_is_the_inner_layer(layer: Any, value: Any) -> None:
    assert layer(Seen(), "q").invoke({"q": value}) == {"seen": value}


def test_a_text_gets_its_examples_as_text() -> None:
    net = trainable(Demonstrations(Seen(), "q"))
    with net.using({"demos": DEMOS}):
        assert net.invoke({"q": "3 + 3"})["seen"] == (
            "Example: 1 + 1\nAnswer: 2\n\nExample: 2 + 2\nAnswer: 4\n\nExample: 3 + 3\nAnswer:"
        )


def test_messages_get_their_examples_as_turns_before_the_last_question() -> None:
    messages = [HumanMessage("yes"), AIMessage("what?"), HumanMessage("yes")]
    seen: Any = shown({"q": messages}, "q", DEMOS[:1])["q"]
    assert [m.text for m in seen] == ["yes", "what?", "1 + 1", "2", "yes"]
    assert [m.text for m in messages] == ["yes", "what?", "yes"]


def test_messages_of_a_data_file_are_read_too() -> None:
    state = {"q": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}
    seen: Any = shown(state, "q", DEMOS[:1])["q"]
    assert [m.text for m in seen] == ["s", "1 + 1", "2", "u"]


@pytest.fixture(scope="module")
def index() -> Index:
    pytest.importorskip("bm25s")
    rows = [
        ("red apple", "fruit"),
        ("green apple", "fruit"),
        ("red car", "thing"),
        ("blue sky", "place"),
        ("!", "sign"),
    ]
    return Index([{"input": i, "output": o} for i, o in rows])


def test_the_nearest_are_shown_the_nearest_last_and_never_the_question_itself(index: Index) -> None:
    assert [d["input"] for d in choose(index, "red apple pie", 2, "nearest")][-1] == "red apple"
    assert "red apple" not in [d["input"] for d in choose(index, "red apple", 8, "nearest")]
    assert choose(index, "???", 2, "nearest") == []


def test_agreeing_shows_only_examples_of_the_best_supported_answer_the_nearest_last(index: Index) -> None:
    chosen = choose(index, "a red car and a green red apple", 3, "agreeing")
    assert [d["input"] for d in chosen] == ["green apple", "red apple"]
    assert choose(index, "???", 2, "agreeing") == []
    assert support(index.nearest("a red and green apple", 10))[0] == "fruit"


def test_retrieval_follows_the_pool_in_force(index: Index) -> None:
    net = trainable(RetrievedDemonstrations(Seen(), "q"))
    with net.using({"pool": list(index.pool), "k": 1}):
        assert "Example: blue sky" in net.invoke({"q": "the sky"})["seen"]
    with net.using({"pool": DEMOS, "k": 1}):
        assert "sky" not in net.invoke({"q": "2 times 2"})["seen"]
    assert net.invoke({"q": "the sky"})["seen"] == "the sky"


def test_a_prompt_reads_several_keys_with_their_names_and_shows_examples_as_turns() -> None:
    model = ScriptedChat(["Ada"])
    layer = Prompt(model, "Be brief.", ["question", "notes"], "answer", demos=[{"input": "Who?", "output": "Bob"}])
    assert layer.invoke({"question": "Who {x}?", "notes": ["Ada came", "Bob left"]}) == {"answer": "Ada"}
    assert [m["content"] for m in model.calls[0].messages] == [
        "Be brief.",
        "Who?",
        "Bob",
        "question: Who {x}?\n\nnotes:\n[1] Ada came\n[2] Bob left",
    ]


@pytest.mark.parametrize("first", [HumanMessage("hi"), {"role": "user", "content": "hi"}])
def test_a_prompt_sends_messages_as_the_conversation_that_they_are(first: Any) -> None:
    model = ScriptedChat(["Yes."])
    Prompt(model, "Be kind.", "messages", "answer").invoke({"messages": [first, AIMessage("what?"), HumanMessage("a")]})
    assert [m["type"] for m in model.calls[0].messages] == ["system", "human", "ai", "human"]


def test_fused_drafts_are_numbered() -> None:
    model = ScriptedChat(["one"])
    assert Fuse(model, ["question", "drafts"], "answer").invoke({"question": "?", "drafts": ["a", "b"]}) == {
        "answer": "one"
    }
    assert model.calls[0].messages[1]["content"] == "question: ?\n\ndrafts:\n[1] a\n[2] b"
