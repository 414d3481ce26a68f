"""Layers that read what is too long for one call: what they are told, in which order, and what they keep."""

from __future__ import annotations

import re
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.conv import Conv
from llmdl_plugins.layers.critic import Critic
from llmdl_plugins.layers.encoder_decoder import EncoderDecoder
from llmdl_plugins.layers.recurrent import Recurrent
from llmdl_plugins.layers.rewrite import Rewrite
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.tokens import approximately

PAGES = "\n\n".join(f"Page {n} says that there were {n} of them." for n in range(1, 7))  # each of about 10 tokens


def asked(model: ScriptedChat) -> list[str]:
    return [str(call.messages[-1]["content"]) for call in model.calls]


def numbers(messages: Any, kwargs: Any) -> str:
    return re.findall(r"were (\d+)", messages[-1].text)[-1]


def test_notes_go_from_chunk_to_chunk() -> None:
    model = ScriptedChat(lambda messages, _: f"up to {numbers(messages, _)}")
    layer = Recurrent(model, "text", "notes", beside=["question"], width=16)
    assert layer.invoke({"text": PAGES, "question": "How many?"}) == {"notes": "up to 6"}
    assert len(model.calls) == 6 and layer.calls(text=6) == Calls(6)
    assert asked(model)[0] == "question: How many?\n\nchunk: Page 1 says that there were 1 of them."
    assert asked(model)[1] == "question: How many?\n\nnotes: up to 1\n\nchunk: Page 2 says that there were 2 of them."


def test_notes_stay_within_their_bound_whatever_the_model_says() -> None:
    model = ScriptedChat(lambda messages, _: "word " * 500)
    layer = Recurrent(model, "text", "notes", bound=40, width=16)
    notes = layer.invoke({"text": PAGES})["notes"]
    assert 30 < approximately(notes) <= 40
    assert "At most 40 tokens" in model.calls[0].messages[0]["content"]
    with trainable(layer).using({"bound": 20}):
        assert approximately(layer.invoke({"text": PAGES})["notes"]) <= 20


def test_turns_are_chunks_and_the_notes_of_earlier_ones_are_gone_on_with() -> None:
    model = ScriptedChat(["called Ada", "called Ada, in Rome"])
    layer = Recurrent(model, "messages", "notes")
    first = layer.invoke({"messages": [HumanMessage("I am Ada")]})
    assert layer.invoke({"messages": [AIMessage("Where are you?")], **first}) == {"notes": "called Ada, in Rome"}
    assert asked(model) == ["Human: I am Ada", "notes: called Ada\n\nchunk: AI: Where are you?"]


def test_what_decodes_never_sees_what_was_encoded() -> None:
    model = ScriptedChat(["  six pages " * 100, "6"])
    layer = EncoderDecoder(model, "text", "answer", beside=["question"], bound=20)
    assert layer.invoke({"text": PAGES, "question": "How many pages?"}) == {"answer": "6"}
    assert "Page 3" in asked(model)[0] and "Page" not in asked(model)[1]
    assert asked(model)[1].startswith("question: How many pages?\n\ncode: six pages")
    assert approximately(asked(model)[1].partition("code: ")[2]) <= 20


@pytest.mark.parametrize(("stride", "windows"), [("window", [2, 4, 6]), ("half", [2, 3, 4, 5, 6])])
def test_one_prompt_reads_every_window(stride: str, windows: list[int]) -> None:
    layer = Conv(ScriptedChat(numbers), "How many?", "text", "counts", width=26)
    with trainable(layer).using({"stride": stride}):
        assert layer.invoke({"text": PAGES}) == {"counts": [str(n) for n in windows]}


def test_entries_of_a_list_are_windows_as_they_are() -> None:
    model = ScriptedChat(lambda messages, _: messages[-1].text.upper())
    assert Conv(model, "Shout.", "texts", "loud").invoke({"texts": ["one", "two"]}) == {"loud": ["ONE", "TWO"]}


def test_nothing_to_read_asks_nobody() -> None:
    model = ScriptedChat([])
    assert Conv(model, "Count.", "text", "counts").invoke({"text": ""}) == {"counts": []}
    assert Recurrent(model, "text", "notes").invoke({"text": " \n"}) == {"notes": ""} and not model.calls


def test_a_critic_reads_the_draft_beside_the_question() -> None:
    model = ScriptedChat(["NONE"])
    assert Critic(model, ["question", "draft"]).invoke({"question": "?", "draft": "!"}) == {"critique": "NONE"}
    assert asked(model) == ["question: ?\n\ndraft: !"]


def test_of_a_conversation_the_last_question_is_written_anew() -> None:
    model = ScriptedChat(["How do I report a lost card?"])
    talk = [HumanMessage("Cards?"), AIMessage("Yes?"), HumanMessage("and lost ones?")]
    update = Rewrite(model, "messages").invoke({"messages": talk})
    assert [m.text for m in update["messages"]] == ["Cards?", "Yes?", "How do I report a lost card?"]
    assert asked(model) == ["Human: Cards?\nAI: Yes?\nHuman: and lost ones?"]
    assert talk[2].text == "and lost ones?"


def test_new_words_can_stand_beside_the_old_ones() -> None:
    assert Rewrite(ScriptedChat(["b"]), "question", "query").invoke({"question": "a"}) == {"query": "b"}


MODEL = ScriptedChat([])


@pytest.mark.parametrize(
    ("said", "build"),
    [
        ("holds no sentence", lambda: Recurrent(MODEL, "text", "notes", bound=10)),
        ("holds no sentence", lambda: Recurrent(MODEL, "text", "notes", width=2)),
        ("holds no sentence", lambda: EncoderDecoder(MODEL, "text", "answer", bound=0)),
        ("holds no sentence", lambda: Conv(MODEL, "Count.", "text", "counts", width=3)),
        ("'text' for two things", lambda: Recurrent(MODEL, "text", "text")),
        ("'question' for two things", lambda: EncoderDecoder(MODEL, "text", "question", beside=["question"])),
    ],
)
def test_what_can_not_work_is_refused_when_it_is_built(said: str, build: Any) -> None:
    with pytest.raises(MisuseError, match=said):
        build()


@pytest.mark.parametrize(
    "layer",
    [Recurrent(MODEL, "text", "notes"), Conv(MODEL, "Count.", "text", "counts"), Critic(MODEL, ["text", "draft"])],
)
def test_a_key_that_is_missing_is_named_with_those_that_are_there(layer: Module) -> None:
    with pytest.raises(MisuseError, match="reads 'text', and the state has texts. Did you mean 'texts'"):
        layer.invoke({"texts": "a"})


def test_a_mistake_within_a_layer_stays_what_it_is() -> None:
    class Wrong(Module):
        reads = ("text",)

        async def forward(self, state: Any) -> Any:
            return {"n": {}[state["text"]]}

    with pytest.raises(KeyError, match="a"):
        Wrong().invoke({"text": "a"})
