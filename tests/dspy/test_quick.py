"""What is done more directly in a run comes to the same: equal requests, equal messages."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import dspy
import pytest
from dspy.adapters.types.decision import Noul
from dspy.clients import execution
from dspy.predict import predict

from llmdl_dspy import requested
from llmdl_plugins import trainable
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.run.ledger import Ledger

from .filling import filling, marked
from .test_tool_uses import evaluator

LM = dspy.LM("m", engine=filling(marked).engine, cache=False, temperature=0.3, max_tokens=100)
SAID = [
    [{"role": "system", "content": "S"}, {"role": "user", "content": "u"}],
    [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "日本"}],
]
OTHER = [
    [{"role": "system", "content": "S"}],
    [{"role": "user", "content": "u"}, {"role": "system", "content": "S"}],
    [{"role": "user", "content": [{"type": "text", "text": "u"}]}],
    [{"role": "developer", "content": "S"}, {"role": "user", "content": "u"}],
    [{"role": "user", "content": ""}],
]


def prepared(messages: Any, **kwargs: Any) -> Any:
    return execution.prepare(LM, None, messages, kwargs)


@pytest.mark.parametrize("messages", SAID)
@pytest.mark.parametrize("kwargs", [{}, {"rollout_id": 3, "temperature": 1.0, "top_p": 0.5}, {"max_tokens": None}])
def test_plain_calls_become_the_request_that_dspy_makes(messages: Any, kwargs: Any) -> None:
    call = prepared(messages, **kwargs)
    assert requested._is_plain(call) and requested.request_of(call.legacy) == execution._canonical(call)


def test_texts_that_no_provider_takes_are_refused_as_ever() -> None:
    with boundary.door():
        for said in ("\ud800", ["\ud800"]):
            with pytest.raises(ValueError, match="not valid Unicode"):
                prepared([{"role": "user", "content": "fine"}, {"role": "user", "content": said}])
        assert prepared(SAID[1]).messages == SAID[1]


def test_fields_of_a_signature_are_its_own_to_change() -> None:
    with boundary.door():
        for _ in range(2):
            assert list(Task.fields) == ["text", "tags", "number"]
            Task.input_fields.clear()
            changed = Task.with_updated_fields("text", desc="another")
            assert changed.input_fields["text"].json_schema_extra["desc"] == "another"
            assert list(Task.delete("tags").input_fields) == ["text"]


def test_outputs_that_ask_for_evidence_are_asked_for_it_in_a_run_too() -> None:
    class System:
        supports_decision_requests = True

    judged = dspy.Signature("claim -> holds: bool").with_updated_fields("holds", type_=Noul)
    plain, chat = dspy.Signature("claim -> holds: bool"), dspy.ChatAdapter()
    with boundary.door():
        for _ in range(2):
            assert predict.resolve_adapter(LM, chat, plain, {}, plain) is chat
            assert predict.resolve_adapter(LM, chat, judged, {}, judged) is not chat
            assert predict.resolve_adapter(System(), chat, plain, {}, plain) is not chat


@pytest.mark.parametrize("messages", OTHER)
def test_what_is_not_plain_is_left_to_dspy(messages: Any) -> None:
    assert not requested._is_plain(prepared(messages))
    assert not requested._is_plain(prepared(SAID[0], stop=["x"]))


class Task(dspy.Signature):  # type: ignore[misc]
    """Do it."""

    text: str = dspy.InputField(desc="a text")
    tags: list[str] = dspy.InputField()
    number: int = dspy.OutputField()


DEMOS = [
    dspy.Example(text="a {b}\n", tags=["x"], number=1),
    {"text": "only", "number": 2},
    dspy.Example(text="日本", tags=[], number=3, augmented=True),
]


@pytest.mark.parametrize("adapter", [dspy.ChatAdapter, dspy.JSONAdapter, dspy.XMLAdapter])
def test_messages_are_the_same_bytes(adapter: Any) -> None:
    def formatted() -> Any:
        return adapter().format(Task, DEMOS, {"text": "q", "tags": ["y", "z"]})

    plain = formatted()
    with boundary.door():
        assert formatted() == formatted() == plain


def test_demonstrations_that_change_are_shown_as_they_are() -> None:
    demos = [dspy.Example(text="a", number=1)]
    with boundary.door():
        first = dspy.ChatAdapter().format_demos(Task, demos)
        demos[0].text = "b"
        second = dspy.ChatAdapter().format_demos(Task, demos)
        second[0]["content"] = "mine"
        third = dspy.ChatAdapter().format_demos(Task, demos)
    assert "a" in first[0]["content"] and "## text ## ]]\nb" in third[0]["content"]


def test_callbacks_are_told_of_every_call() -> None:
    told: list[str] = []

    class Listening(dspy.utils.callback.BaseCallback):  # type: ignore[misc]
        def on_lm_start(self, call_id: str, instance: Any, inputs: Any) -> None:
            told.append("start")

        def on_lm_end(self, call_id: str, outputs: Any, exception: Any = None) -> None:
            told.append("end")

    program = dspy.Predict("question -> answer")

    async def asked() -> None:
        await program.acall(question="q")

    with boundary.door(), boundary.scope(), dspy.context(lm=filling(marked), callbacks=[Listening()]):
        asyncio.run(asked())
    assert told == ["start", "end"]


def test_models_that_answer_in_an_older_form_are_asked_as_ever() -> None:
    program = dspy.Predict("question -> answer")

    async def asked() -> Any:
        with dspy.context(lm=dspy.utils.DummyLM([{"answer": "said"}])):
            return await program.acall(question="q")

    with boundary.door(), boundary.scope():
        assert asyncio.run(asked()).answer == "said"


async def test_the_history_of_dspy_is_kept_outside_a_run_and_not_in_one() -> None:
    program, row = dspy.Predict("question -> answer"), Example({"question": "q"}, {"answer": "none"}, "0")
    with dspy.context(lm=(lm := filling(marked))):
        with closing(Ledger()) as ledger, evaluator(program, ledger) as at:
            assert (await at.evaluate([{}], [row]))[0].score == 1.0
        assert program.history == lm.history == []
        await trainable(program).trace({"question": "q"})
        assert len(program.history) == len(lm.history) == 1
