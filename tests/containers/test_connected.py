"""Containers around a block that exists: which calls they make, in which order, and what they make of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from llmdl_plugins import Calls, Module, Parameter, Prompt, trainable
from llmdl_plugins.containers.cascade import Cascade
from llmdl_plugins.containers.encoded import Encoded
from llmdl_plugins.containers.hierarchy import Hierarchy
from llmdl_plugins.containers.mixture import Mixture
from llmdl_plugins.containers.multi_head import MultiHead
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.containers.refine import Refine
from llmdl_plugins.containers.residual import Residual
from llmdl_plugins.containers.route import Route
from llmdl_plugins.containers.skip import Skip
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.containers.windows import Windows
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.tape import Tape


class Says(Module):
    """One of these texts after the other; a block that counts how often it ran, and what it read."""

    def __init__(self, *texts: str, target: str = "answer") -> None:
        self.texts, self.target = list(texts), target
        self.writes, self.seen = (target,), list[Any]()

    def calls(self, **sizes: int) -> Calls:
        return Calls(1)

    async def forward(self, state: Any) -> Any:
        self.seen.append(dict(state))
        return {self.target: self.texts[(len(self.seen) - 1) % len(self.texts)]}


ASKED = {"question": "Is it late?"}
PAGES = "\n\n".join(f"Page {n} says that there were {n} of them." for n in range(1, 7))  # each of about 10 tokens


def test_a_vote_is_won_by_what_most_draws_mean() -> None:
    inner = Says("No", "yes", "Yes.", "no way", "YES")
    assert Vote(inner).invoke(ASKED) == {"answer": "yes"} and len(inner.seen) == 5


def test_votes_on_messages_compare_what_they_say() -> None:
    class Talks(Says):
        async def forward(self, state: Any) -> Any:
            return {"messages": [AIMessage((await super().forward(state))["answer"])]}

    assert Vote(Talks("a", "b", "B"), most=3).invoke(ASKED)["messages"][0].text == "b"


def test_of_equals_the_first_wins() -> None:
    assert Vote(Says("b", "a"), most=2).invoke(ASKED) == {"answer": "b"}


def test_heads_are_fused_from_all_their_drafts() -> None:
    fuse = Says("both", target="fused")
    heads = MultiHead({"head_1": Says("one"), "head_2": Says("two")}, fuse)
    assert heads.invoke(ASKED) == {"answer": "both"}
    assert fuse.seen == [{**ASKED, "drafts": ["one", "two"]}] and heads.calls() == Calls(3)
    with trainable(heads).using({"joined_by": "majority"}):
        assert heads.invoke(ASKED) == {"answer": "one"} and heads.calls() == Calls(2)


def test_an_untied_block_reads_words_of_its_own_and_the_shared_ones_stay() -> None:
    class Words(Module):
        def __init__(self) -> None:
            self.words = Parameter("shared")

        async def forward(self, state: Any) -> Any:
            return {"answer": self.words.value}

    inner = Words()
    heads = MultiHead({"head_1": Untied(inner), "head_2": Untied(inner), "head_3": inner})
    net = trainable(heads)
    assert list(net.named_parameters()) == [
        "joined_by",
        "heads.head_1/words",
        "heads.head_2/words",
        "heads.head_3/words",
    ]
    with net.using({"heads.head_2/words": "own", "heads.head_3/words": "own"}):
        assert net.invoke(ASKED)["answer"] == "own"
        assert heads.heads["head_1"].invoke(ASKED) == {"answer": "shared"}


async def test_a_step_reads_the_copy_and_not_what_it_is_a_copy_of() -> None:
    inner = Parameter("shared")

    class Words(Module):
        async def forward(self, state: Any) -> Any:
            return {"answer": inner.value}

    block = Untied(Words(), {"words": inner})
    _, tape = await trainable(block).trace(ASKED)
    assert reads(tape) == [block.named_parameters()["words"]]


def reads(tape: Tape) -> list[Parameter]:
    return [p for step in tape.steps for p in step.reads]


def test_what_is_optional_can_be_left_out() -> None:
    block = Optional(inner := Says("here"), on=False)
    assert block.invoke(ASKED) == {} and not inner.seen and block.calls() == Calls(0)
    with trainable(block).using({"runs": "on"}):
        assert block.invoke(ASKED) == {"answer": "here"} and block.calls() == Calls(1)


def test_a_skipped_key_is_not_seen() -> None:
    block = Skip(inner := Says("x"), ["notes", "draft"])
    state = {**ASKED, "notes": "n", "draft": "d"}
    with trainable(block).using({"hides": "notes,draft"}):
        block.invoke(state)
    block.invoke(state)
    assert inner.seen == [ASKED, state]


def test_an_encoded_block_never_sees_what_the_encoder_read() -> None:
    block = Encoded(Says("short", target="code"), inner := Says("ok"), "question")
    assert block.invoke(ASKED) == {"answer": "ok"} and inner.seen == [{"question": "short"}]


def test_of_a_conversation_only_the_last_question_is_encoded() -> None:
    talk = {"messages": [HumanMessage("hello"), AIMessage("hi"), HumanMessage("a long story")]}
    Encoded(Says("short", target="code"), inner := Says("ok"), "messages").invoke(talk)
    assert [m.text for m in inner.seen[0]["messages"]] == ["hello", "hi", "short"]
    assert talk["messages"][2].text == "a long story"


@pytest.mark.parametrize(("judge", "kept"), [("Yes, better.", "new"), ("No.", "old"), ("I like yes", "old")])
def test_a_residual_change_counts_where_the_judge_says_yes(judge: str, kept: str) -> None:
    state = {"answer": "old"}
    block = Residual(Says("new"), judged := Says(judge, target="verdict"))
    assert {**state, **block.invoke(state)} == {"answer": kept}
    assert judged.seen == [{"answer": "old", "before": "old", "after": "new"}]


def test_no_judge_is_asked_about_no_change() -> None:
    block = Residual(Says("old"), judged := Says("yes", target="verdict"))
    block.invoke({"answer": "old"})
    assert not judged.seen and 1 in block.calls() and 2 in block.calls()


def test_refining_ends_where_nothing_is_wrong() -> None:
    inner, critic = Says("one", "two", "three"), Says("too short", "NONE.", target="critique")
    assert Refine(inner, critic, "question", rounds=3).invoke(ASKED) == {"answer": "two"}
    assert "one" in inner.seen[1]["question"] and "too short" in inner.seen[1]["question"]
    assert inner.seen[1]["question"].startswith("Is it late?")
    assert critic.seen == [{**ASKED, "draft": "one"}, {**ASKED, "draft": "two"}]


def test_refining_ends_with_its_rounds() -> None:
    inner, critic = Says("one", "two", "three"), Says("wrong", target="critique")
    block = Refine(inner, critic, "question", rounds=2)
    assert block.invoke(ASKED) == {"answer": "three"} and len(critic.seen) == 2
    assert len(inner.seen) + len(critic.seen) == block.calls().most


@pytest.mark.parametrize(("said", "taken"), [("Billing, I think", "b"), ("technical", "t"), ("no idea", "b")])
def test_a_router_names_the_branch_that_runs(said: str, taken: str) -> None:
    route = Route(Says(said, target="route"), {"billing": Says("b"), "technical": Says("t")})
    assert route.invoke(ASKED) == {"answer": taken} and route.calls() == Calls(2)


def test_a_mixture_runs_k_experts_the_named_ones_first() -> None:
    experts = {name: Says(name) for name in ("a", "b", "c")}
    fuse = Says("fused", target="text")
    block = Mixture(Says("c and then a", target="route"), experts, fuse)
    assert block.invoke(ASKED) == {"answer": "c"} and block.calls() == Calls(2)
    with trainable(block).using({"k": 2}):
        assert block.invoke(ASKED) == {"answer": "fused"} and block.calls() == Calls(4)
    assert fuse.seen[0]["drafts"] == ["c", "a"] and not experts["b"].seen


@pytest.mark.parametrize(("trust", "taken", "calls"), [("90", "cheap", 2), ("about 10 %", "dear", 3), ("?", "dear", 3)])
def test_the_dear_stage_runs_where_the_cheap_one_is_not_trusted(trust: str, taken: str, calls: int) -> None:
    cheap, dear, judge = Says("cheap"), Says("dear"), Says(trust, target="trust")
    block = Cascade([cheap, dear], judge)
    assert block.invoke(ASKED) == {"answer": taken}
    assert len(cheap.seen + dear.seen + judge.seen) == calls and calls in block.calls()


def test_windows_are_read_one_by_one_and_pooled() -> None:
    inner = Says("1", "2 of them", "3", "4", "5", "6")
    block = Windows(inner, "text", width=16)
    with trainable(block).using({"pool": "sum"}):
        assert block.invoke({"text": PAGES}) == {"answer": "21"}
        assert block.calls(text=6) == Calls(6) and len(inner.seen) == 6
    assert [state["text"] for state in inner.seen] == PAGES.split("\n\n")


def test_a_text_of_one_window_goes_through_as_it_is() -> None:
    assert Windows(inner := Says("x"), "text").invoke({"text": " short \n"}) == {"answer": "x"}
    assert inner.seen == [{"text": " short \n"}]


@pytest.mark.parametrize(("fan", "fuses"), [(2, 5), (4, 3), (8, 1)])
def test_a_hierarchy_fuses_a_few_answers_at_a_time(fan: int, fuses: int) -> None:
    inner, fuse = Says(*"abcdef"), Says("joined", target="text")
    block = Hierarchy(inner, fuse, "text", width=16, fan=4)
    with trainable(block).using({"fan": fan}):
        assert block.invoke({"text": PAGES}) == {"answer": "joined"}
        assert len(fuse.seen) == fuses and block.calls(text=6) == Calls(6 + fuses)
    assert all("text" not in state and len(state["drafts"]) <= fan for state in fuse.seen)


def refused() -> Sequence[tuple[str, Any]]:
    two, one = {"a": Says("x"), "b": Says("y")}, {"a": Says("x")}
    silent = Module()
    return [
        ("needs 2 heads", lambda: MultiHead(one)),
        ("needs 2 experts", lambda: Mixture(Says("x"), one)),
        ("needs 2 branches", lambda: Route(Says("x"), one)),
        ("needs 2 stages", lambda: Cascade([Says("x")], Says("y"))),
        ("draws of 2 or more, got 1", lambda: Vote(Says("x"), most=1)),
        ("a loop needs a cap", lambda: Refine(Says("x"), Says("y"), "q", rounds=None)),  # type: ignore[arg-type]
        ("a loop needs a cap", lambda: Refine(Says("x"), Says("y"), "q", rounds=0)),
        ("holds no sentence", lambda: Windows(Says("x"), "text", width=4)),
        ("holds no sentence", lambda: Hierarchy(Says("x"), Says("y"), "text", width=4)),
        ("fan of 2 or more", lambda: Hierarchy(Says("x"), Says("y"), "text", fan=1)),
        ("does not say what it writes", lambda: Route(silent, two)),
        ("does not say what it writes", lambda: Encoded(silent, Says("x"), "q")),
        ("1 to 6 keys", lambda: Skip(Says("x"), [])),
        ("Vote takes layers, and was given a function: put a function.*BlackBox", lambda: Vote(refused)),  # type: ignore[arg-type]
        ("Vote takes layers, and was given the class Says", lambda: Vote(Says)),  # type: ignore[arg-type]
        ("Mixture takes layers, and was given a str", lambda: Mixture(Says("x"), {"a": "b", "c": "d"})),  # type: ignore[dict-item]
    ]


@pytest.mark.parametrize(("said", "build"), refused())
def test_what_can_not_work_is_refused_when_it_is_built(said: str, build: Any) -> None:
    with pytest.raises(MisuseError, match=said):
        build()


def test_a_node_that_gives_no_update_is_named_where_it_is_fused() -> None:
    class Silent(Module):
        async def forward(self, state: Any) -> Any:
            return None

    with pytest.raises(MisuseError, match="needs an update"):
        Vote(Silent(), most=3).invoke(ASKED)


def test_what_is_no_text_can_be_voted_on_but_not_written_anew() -> None:
    class Counts(Module):
        async def forward(self, state: Any) -> Any:
            return {"count": 3}

    assert Vote(Counts(), most=3).invoke(ASKED) == {"count": 3}
    with pytest.raises(MisuseError, match="only a text or a message"):
        MultiHead({"a": Counts(), "b": Counts()}, Says("4", target="text")).invoke(ASKED)


def test_a_real_prompt_fuses(model: Any) -> None:
    fuse = Prompt(model, "Join them.", ["question", "drafts"], "joined")
    heads = MultiHead({"head_1": Says("one"), "head_2": Says("two")}, fuse)
    heads.invoke(ASKED)
    assert model.calls[0].text.endswith("question: Is it late?\n\ndrafts:\n[1] one\n[2] two")


@pytest.fixture
def model() -> Any:
    from llmdl_plugins.testing import ScriptedChat

    return ScriptedChat(script=["both"])
