"""Layers that ask for more than a text: probabilities, drafts, slots, pieces that suit."""

from __future__ import annotations

import math
from inspect import signature
from typing import Any, Literal

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import InMemoryVectorStore

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.attention import Attention
from llmdl_plugins.layers.gated import Gated
from llmdl_plugins.layers.mlp import MLP
from llmdl_plugins.layers.retrieve import Retrieve
from llmdl_plugins.layers.score import Score
from llmdl_plugins.network import trainable
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.testing.conformance.making import made

CHOICES = ["billing", "cards", "other"]
FACTS = ["The card is lost.", "The parcel is late.", "The bill was paid twice.", "Ada lives in Rome."]


def last(model: ScriptedChat) -> list[str]:
    return [str(call.messages[-1]["content"]) for call in model.calls]


def weighing(*weights: tuple[str, float]) -> ScriptedChat:
    """A model that tells how probable its first tokens were, as OpenAI does."""
    listed = [{"token": token, "logprob": math.log(share)} for token, share in weights]
    told = {"content": [{**listed[0], "top_logprobs": listed}]}
    return ScriptedChat(lambda *_: AIMessage(weights[0][0], response_metadata={"logprobs": told}))


def test_one_answer_is_enough_where_the_model_tells_log_probabilities() -> None:
    model = weighing(("B", 0.6), (" B", 0.1), ("A", 0.2), ("hm", 0.1))
    update = Score(model, CHOICES, "question", "label").invoke({"question": "Lost!"})
    assert update["label"] == "cards" and len(model.calls) == 1
    shares = update["probabilities"]
    assert shares["cards"] == pytest.approx(0.7) and shares["billing"] == pytest.approx(0.2)
    assert shares["other"] == pytest.approx(0.1) and sum(shares.values()) == pytest.approx(1)
    assert model.calls[0].kwargs["logprobs"] is True and "B. cards" in model.calls[0].messages[0]["content"]


def test_draws_are_counted_where_it_does_not() -> None:
    model = ScriptedChat(["A", "b", "I take cards", "B.", "A parcel?"])
    layer = Score(model, CHOICES, "question", "label", draws=5)
    update = layer.invoke({"question": "Lost!"})
    assert update["label"] == "cards" and len(model.calls) == 5 and 5 in layer.calls()
    assert update["probabilities"] == pytest.approx({"billing": 1.5 / 5.5, "cards": 3.5 / 5.5, "other": 0.5 / 5.5})


def test_draws_alone_never_ask_for_log_probabilities() -> None:
    model = ScriptedChat(lambda *_: "A")
    layer = Score(model, CHOICES, "question", "label", by="draws", draws=3)
    layer.invoke({"question": "?"})
    assert layer.calls() == Calls(3) and all("logprobs" not in call.kwargs for call in model.calls)


async def test_a_prior_that_was_measured_is_taken_out() -> None:
    model = weighing(("A", 0.6), ("B", 0.3), ("C", 0.1))  # says A whatever it is asked
    prior = await Score(model, CHOICES, "question", "label").prior_over([{"question": "a"}, {"question": "b"}])
    assert prior == pytest.approx({"billing": 0.6, "cards": 0.3, "other": 0.1})
    layer = Score(weighing(("A", 0.5), ("B", 0.4), ("C", 0.1)), CHOICES, "question", "label", prior=prior)
    assert (await layer.ainvoke({"question": "c"}))["label"] == "cards"
    with trainable(layer).using({"calibration": "none"}):
        assert (await layer.ainvoke({"question": "c"}))["label"] == "billing"


def test_each_layer_reads_the_drafts_of_the_one_before() -> None:
    model = ScriptedChat(lambda messages, _: f"{messages[0].text}!")
    layer = MLP(model, "question", "answer", units=[["one", "two"], ["three"]], fuse="fuse")
    assert layer.invoke({"question": "?"}) == {"answer": "fuse!"} and layer.calls() == Calls(len(model.calls))
    assert last(model) == ["?", "?", "question: ?\n\ndrafts:\n[1] one!\n[2] two!", "question: ?\n\ndrafts:\n[1] three!"]
    assert list(trainable(layer).named_parameters()) == [
        "units.0.0/instruction",
        "units.0.1/instruction",
        "units.1.0/instruction",
        "activation/reading",
        "fuse/instruction",
    ]


def test_drafts_that_are_no_value_are_dropped() -> None:
    model = ScriptedChat(lambda messages, _: {"a": "Yes.", "b": "Hard to say."}.get(messages[0].text, "yes"))
    MLP(model, "question", "answer", [["a", "b"]], schema=Literal["yes", "no"]).invoke({"question": "?"})
    assert last(model)[-1] == "question: ?\n\ndrafts:\n[1] yes"


def test_a_slot_that_is_kept_is_kept_word_for_word() -> None:
    model = ScriptedChat(["name: write\nplace: keep", "name: Ada", "name: keep\nplace: write", "Rome", "name: erase"])
    layer = Gated(model, ["name", "place"], "turns", "slots", beside=["question"])
    state = {"turns": ["I am Ada.", "I live in Rome.", "Forget my name."], "question": "Who?"}
    assert layer.invoke(state) == {"slots": {"name": "", "place": "Rome"}}
    assert len(model.calls) == 5 and 5 in layer.calls(turns=3)
    assert last(model)[2].startswith("question: Who?\n\nmemory: name: Ada\nplace: (empty)\n\nchunk: I live in Rome.")


def test_one_slot_needs_no_name_and_has_its_part_of_the_bound() -> None:
    model = ScriptedChat(["facts: write", "many words " * 50])
    slots = Gated(model, ["facts"], "turns", "slots", bound=20).invoke({"turns": ["x"]})["slots"]
    assert slots["facts"].startswith("many words") and len(slots["facts"]) <= 80


def test_slots_of_earlier_turns_are_gone_on_with() -> None:
    model = ScriptedChat(["place: write", "place: Rome"])
    state = {"messages": [HumanMessage("In Rome.")], "slots": {"name": "Ada", "place": ""}}
    assert Gated(model, ["name", "place"], "messages", "slots").invoke(state) == {
        "slots": {"name": "Ada", "place": "Rome"}
    }


class Late(BaseRetriever):
    """A retriever of the user's own."""

    def _get_relevant_documents(self, query: str, **kwargs: Any) -> list[Document]:
        return [Document(fact) for fact in FACTS if "late" in fact]


def vectors() -> Embeddings:
    return DeterministicFakeEmbedding(size=16)


@pytest.mark.parametrize(
    ("corpus", "found"),
    [
        (FACTS, "Ada lives in Rome."),
        ([Document("Rome is old.", metadata={"page": 1})], "Rome is old."),
        (InMemoryVectorStore.from_texts(["Where is Ada in Rome?", "x"], vectors()), "Where is Ada in Rome?"),
        (Late(), "The parcel is late."),
    ],
)
def test_documents_come_from_what_langchain_knows(corpus: Any, found: str) -> None:
    update = Retrieve(corpus, "question").invoke({"question": "Where is Ada in Rome?"})
    assert update["documents"][0].page_content == found


def test_of_messages_the_last_question_is_looked_up() -> None:
    talk = [HumanMessage("Where is Ada?"), AIMessage("Rome"), HumanMessage("And the parcel?")]
    assert Retrieve(FACTS, "messages", k=1).invoke({"messages": talk})["documents"] == [Document(FACTS[1])]


def test_only_pieces_that_suit_are_read_in_their_order() -> None:
    model = ScriptedChat(["Rome Ada bill", "Ada is in Rome."])
    layer = Attention(model, "question", "pieces", "answer", k=2)
    assert layer.invoke({"question": "Who lives where?", "pieces": FACTS}) == {"answer": "Ada is in Rome."}
    assert (
        last(model)[1] == "question: Who lives where?\n\npieces:\n[1] The bill was paid twice.\n[2] Ada lives in Rome."
    )
    assert layer.calls(pieces=4) == Calls(2)


async def test_keys_are_written_once_for_the_same_pieces() -> None:
    def script(messages: Any, _: Any) -> str:
        asked = messages[-1].text
        return "capital of Italy?" if asked == FACTS[3] else "none" if asked in FACTS else "capital of Italy"

    model = ScriptedChat(script)
    layer = Attention(model, "question", k=1)
    state = {"question": "Who is in the capital of Italy?", "pieces": FACTS}
    with trainable(layer).using({"keys": "prompt"}):
        assert layer.calls(pieces=4) == Calls(2, 6)
        await layer.index(FACTS)
        assert len(model.calls) == 4
        await layer.ainvoke(state)
        assert len(model.calls) == 6 and "[1] Ada lives in Rome." in last(model)[-1]
    with trainable(layer).using({"keys": "prompt", "key": "Other words."}):
        await layer.ainvoke(state)
        assert len(model.calls) == 12


def test_keys_can_be_compared_by_embeddings() -> None:
    model = ScriptedChat(["The parcel is late.", "late"])
    layer = Attention(model, "question", k=1, embeddings=vectors())
    assert layer.invoke({"question": "x", "pieces": FACTS}) == {"answer": "late"}
    assert last(model)[-1].count("[") == 1


def test_where_nothing_suits_the_first_pieces_are_read() -> None:
    model = ScriptedChat(["zzz", "?"])
    Attention(model, "question", k=2).invoke({"question": "qqq", "pieces": FACTS})
    assert "[1] The card is lost.\n[2] The parcel is late." in last(model)[-1]


MODEL = ScriptedChat([])


@pytest.mark.parametrize(
    ("said", "build"),
    [
        ("needs 2 to 26 different choices", lambda: Score(MODEL, ["a"], "q", "label")),
        ("needs 2 to 26 different choices", lambda: Score(MODEL, ["a", "a"], "q", "label")),
        ("needs 2 to 26 different choices", lambda: Score(MODEL, [str(n) for n in range(27)], "q", "label")),
        (r"lacks \['b'\]", lambda: Score(MODEL, ["a", "b"], "q", "label", prior={"a": 1.0})),
        ("draws of 1 or more", lambda: Score(MODEL, ["a", "b"], "q", "label", draws=0)),
        ("one layer at least", lambda: MLP(MODEL, "q", "a", units=[])),
        ("layer 2 needs a list", lambda: MLP(MODEL, "q", "a", units=[["x"], []])),
        ("would say the same", lambda: MLP(MODEL, "q", "a", units=[["x", "x"]])),
        ("'drafts' for two things", lambda: MLP(MODEL, "drafts", "a")),
        ("each once", lambda: Gated(MODEL, ["a", "A"], "text", "slots")),
        ("for each slot, has a bound of 5", lambda: Gated(MODEL, ["a", "b"], "text", "slots", bound=10)),
        ("one text at least", lambda: Retrieve([], "q")),
        ("k of 1 or more", lambda: Retrieve(FACTS, "q", k=0)),
        ("k of 1 or more", lambda: Attention(MODEL, "q", k=0)),
        ("'q' for two things", lambda: Attention(MODEL, "q", "q")),
    ],
)
def test_what_can_not_work_is_refused_when_it_is_built(said: str, build: Any) -> None:
    with pytest.raises(MisuseError, match=said):
        build()


ASKING = {
    name: offer.load() for name, offer in catalogue("layers").items() if "model" in signature(offer.load()).parameters
}


@pytest.mark.parametrize("kind", ASKING.values(), ids=ASKING)
def test_what_is_no_model_is_refused_when_it_is_built(kind: Any) -> None:
    with pytest.raises(MisuseError, match="needs a chat model, and was given a str"):
        made(kind, "gpt-5-mini")  # type: ignore[arg-type]
