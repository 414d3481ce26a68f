"""Memory over many turns and chunks: what it holds stays within its bound, in tokens that a tokenizer counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.stores import InMemoryStore
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages

from llmdl_plugins import Module, Prompt, Sequential, trainable
from llmdl_plugins.containers.stored import Stored
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.buffer_memory import BufferMemory
from llmdl_plugins.layers.recurrent import Recurrent
from llmdl_plugins.layers.summary_memory import SummaryMemory
from llmdl_plugins.layers.vector_memory import VectorMemory
from llmdl_plugins.testing import ScriptedChat

BOUND = 120
TURNS = [
    f"My order number {n} went to {city}, and I am {'not ' * (n % 3)}happy with its {thing}."
    for n, (city, thing) in enumerate(
        [
            (city, thing)
            for city in ("Rome", "Oslo", "Lima", "Cairo", "Kyoto")
            for thing in ("box", "bill", "date", "tape", "note")
        ]
    )
]  # 25


@pytest.fixture(scope="module")
def tokens() -> Callable[[str], int]:
    """How many tokens a byte-pair tokenizer makes of a text: one that was trained on other text than this."""
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.ByteLevelBPETokenizer()
    made.train_from_iterator([__doc__ or "", "The parcel is late and the bill was paid twice."] * 20, vocab_size=400)
    return lambda text: len(made.encode(text).ids)


def shortening(messages: Any, _: Any) -> str:
    """Says far more than it is allowed to."""
    return " ".join(messages[-1].text.split()) * 3


def memories(tokens: Callable[[str], int]) -> list[Module]:
    return [
        BufferMemory(bound=BOUND, count=tokens),
        SummaryMemory(ScriptedChat(shortening), bound=BOUND, count=tokens),
        VectorMemory(bound=BOUND, count=tokens),
        VectorMemory(bound=BOUND, count=tokens, embeddings=DeterministicFakeEmbedding(size=8)),
    ]


class Talk(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    memory: str
    memory_summary: dict[str, Any]


def talked(memory: Module, model: ScriptedChat) -> Talk:
    """25 turns of one conversation, on a graph with a checkpointer."""
    answer = Prompt(model, "Answer.", "memory", "answer") | (lambda update: {"messages": [AIMessage(update["answer"])]})
    built = StateGraph(Talk).add_node("remember", memory).add_node("answer", answer)
    built.add_edge(START, "remember").add_edge("remember", "answer").add_edge("answer", END)
    graph = built.compile(checkpointer=InMemorySaver())
    state: Any = {}
    for turn in TURNS:
        state = graph.invoke({"messages": [HumanMessage(turn)]}, {"configurable": {"thread_id": "one"}})
    return state  # type: ignore[no-any-return]


@pytest.mark.parametrize("which", range(4))
def test_over_25_turns_it_stays_within_its_bound(tokens: Callable[[str], int], which: int) -> None:
    model = ScriptedChat(lambda *_: "I see. I look after it.")
    state = talked(memories(tokens)[which], model)
    told = [str(call.messages[-1]["content"]) for call in model.calls]
    assert len(state["messages"]) == 50 and len(told) == 25
    assert all(tokens(text) <= BOUND for text in told)
    assert all(turn[-20:] in text for turn, text in zip(TURNS, told, strict=True)), "what came last is always there"
    assert tokens("\n".join(TURNS)) > 5 * BOUND, "all of it would be far too much"


def test_a_summary_is_written_only_when_needed_and_reads_each_turn_once(tokens: Callable[[str], int]) -> None:
    writes = ScriptedChat(lambda messages, _: "Orders were talked about.")
    state = talked(SummaryMemory(writes, bound=BOUND, count=tokens), ScriptedChat(lambda *_: "I see."))
    read = "\n".join(str(call.messages[-1]["content"]) for call in writes.calls)
    assert 3 < len(writes.calls) < 25
    seen = state["memory_summary"]["seen"]
    assert all(read.count(f"order number {n} ") == 1 for n in range(seen // 2)) and seen > 40
    assert state["memory"].startswith("Earlier: Orders were talked about.\n")


def test_what_suits_is_recalled_from_long_ago() -> None:
    memory = VectorMemory("turns", k=1, bound=60)
    text = memory.invoke({"turns": [*TURNS, "What was order number 3 about?"]})["memory"]
    assert text.startswith(TURNS[3]) and text.endswith("What was order number 3 about?")
    with trainable(memory).using({"k": 0}):
        assert TURNS[3] not in memory.invoke({"turns": [*TURNS, "What was order number 3 about?"]})["memory"]


@pytest.mark.parametrize("kind", [list, "\n\n".join])
def test_chunks_are_remembered_as_turns_are(kind: Any) -> None:
    model = ScriptedChat(lambda *_: "Orders.")
    for memory in (BufferMemory("text", bound=BOUND), VectorMemory("text", bound=BOUND)):
        assert TURNS[-1] in memory.invoke({"text": kind(TURNS)})["memory"]
    update = SummaryMemory(model, "text", bound=BOUND, width=60).invoke({"text": kind(TURNS)})
    assert update["memory"].startswith("Earlier: Orders.") and len(model.calls) > 5
    assert all(len(call.messages[-1]["content"]) < 4 * 60 + 4 * BOUND // 2 for call in model.calls)


def test_one_turn_that_is_too_long_is_cut() -> None:
    long = "word " * 1000
    model = ScriptedChat(lambda *_: "Words.")
    for memory in (BufferMemory(bound=BOUND), VectorMemory(bound=BOUND), SummaryMemory(model, bound=BOUND)):
        text = memory.invoke({"messages": [HumanMessage("Hi."), HumanMessage(long)]})["memory"]
        assert "word word" in text and len(text) <= 4 * BOUND


def test_another_conversation_begins_with_no_summary() -> None:
    kept = {"memory_summary": {"summary": "Old.", "seen": 40}}
    memory = SummaryMemory(ScriptedChat([]))
    assert memory.invoke({"messages": [HumanMessage("Hi.")], **kept})["memory"] == "Human: Hi."


def test_a_store_keeps_for_each_thread_what_a_chain_has_no_state_for() -> None:
    model = ScriptedChat(lambda messages, _: messages[-1].text.replace("\n\n", " ").upper())
    chain = Stored(Recurrent(model, "turn", "notes"), InMemoryStore()) | (lambda update: update["notes"])
    assert chain.invoke({"turn": "I am Ada.", "thread": "a"}) == "I AM ADA."
    assert chain.invoke({"turn": "I am Bob.", "thread": "b"}) == "I AM BOB."
    assert chain.invoke({"turn": "In Rome.", "thread": "a"}) == "NOTES: I AM ADA. CHUNK: IN ROME."


async def test_recorded_runs_meet_neither_each_other_nor_the_store() -> None:
    store: InMemoryStore = InMemoryStore()
    store.mset([("a/notes", "of the user")])
    net = trainable(Stored(Recurrent(ScriptedChat(lambda messages, _: messages[-1].text), "turn", "notes"), store))
    for turn in ("one", "two"):
        assert (await net.trace({"turn": turn, "thread": "a"}))[0]["notes"] == turn
    with net.recorded():
        await net.forward({"turn": "one", "thread": "a"})
        assert "notes: one" in (await net.forward({"turn": "two", "thread": "a"}))["notes"]
    assert store.mget(["a/notes"]) == ["of the user"]


def test_memory_is_a_choice_among_memories() -> None:
    from llmdl_plugins import Choice

    choice = Choice({"buffer": BufferMemory(), "vector": VectorMemory()})
    net = trainable(
        Sequential(choice, Prompt(ScriptedChat(lambda *_: "ok"), "Answer.", "memory", "answer"), given=["messages"])
    )
    with net.using({"layers.0/chosen": "vector"}):
        assert net.invoke({"messages": [HumanMessage("Hi.")]})["answer"] == "ok"


MODEL = ScriptedChat([])


@pytest.mark.parametrize(
    ("said", "build"),
    [
        ("holds no sentence", lambda: BufferMemory(bound=10)),
        ("holds no sentence", lambda: SummaryMemory(MODEL, bound=20)),
        ("holds no sentence", lambda: VectorMemory(bound=20)),
        ("k of 1 or more", lambda: VectorMemory(k=0)),
        ("'messages' for two things", lambda: BufferMemory(target="messages")),
        ("'memory' for two things", lambda: SummaryMemory(MODEL, kept="memory")),
        ("does not say what it writes", lambda: Stored(Module(), InMemoryStore())),
        ("would keep 'x'", lambda: Stored(BufferMemory(), InMemoryStore(), keys=["x"])),
        (
            "reads 'memory', which is neither",
            lambda: Sequential(Prompt(MODEL, "a", "memory", "b"), BufferMemory(), given=["messages"]),
        ),
    ],
)
def test_what_can_not_work_is_refused_when_it_is_built(said: str, build: Any) -> None:
    with pytest.raises(MisuseError, match=said):
        build()
