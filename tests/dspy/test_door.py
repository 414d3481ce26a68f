"""Calls of `dspy.LM` in a run: paid for once, remembered, retried in one place, never hidden by DSPy's cache."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import dspy
import pytest
from dspy._vendor.lm15.serde import response_from_dict, response_to_dict
from dspy.clients import execution
from dspy.lm15 import Message, Request, Usage
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage

from llmdl_dspy import DspyChat, as_lm
from llmdl_plugins import tape
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import Stopped, UnboundCallError
from llmdl_plugins.testing import ScriptedChat

from ..paid import Run

BARE = [getattr(execution, name) for name in ("execute", "aexecute", "_engine")]
Ask = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    yield
    assert [getattr(execution, name) for name in ("execute", "aexecute", "_engine")] == BARE
    assert dspy.settings.lm is None


def served(provider: Any, **options: Any) -> dspy.LM:
    options = {"num_retries": 0, **options}
    return dspy.LM("openai/m", api_base=f"{provider.address}/v1", api_key="k", **options)


def sync(lm: Any) -> Any:
    return lm("Hi")


def async_(lm: Any) -> Any:
    return asyncio.run(lm.acall("Hi"))


ASKS = pytest.mark.parametrize("ask", [sync, async_])


@ASKS
def test_a_call_is_paid_for_once_and_then_remembered(run: Run, provider: Any, ask: Ask) -> None:
    for _ in range(2):
        with run.rollout() as kept:
            assert ask(served(provider)) == ["answer 1 to Hi"]
        assert [receipt.tokens for receipt in kept] == [{"input": 7, "output": 5}]
    assert len(provider.received) == 1 and run.calls == (1, 1)


@ASKS
def test_dspys_own_cache_hides_no_call(run: Run, provider: Any, ask: Ask) -> None:
    assert ask(served(provider)) == ask(served(provider)) == ["answer 1 to Hi"]  # outside a run it is theirs
    with run.rollout():
        assert ask(served(provider)) == ["answer 2 to Hi"]
    assert run.calls == (1, 1)


@ASKS
def test_faults_are_retried_in_one_place(run: Run, provider: Any, ask: Ask) -> None:
    provider.reset(500, 429)
    with run.rollout():
        assert ask(served(provider, num_retries=3)) == ["answer 3 to Hi"]
    assert len(provider.received) == 3 and run.calls == (1, 1) and run.failures == 2


@ASKS
def test_what_fails_for_good_is_tried_by_the_run_alone(run: Run, provider: Any, ask: Ask) -> None:
    provider.reset(*[503] * 20)
    with run.rollout(), pytest.raises(dspy.LMError):
        ask(served(provider, num_retries=3))
    assert len(provider.received) == run.failures == 4 and run.calls == (0, 0)


def test_several_candidates_are_several_calls(run: Run, provider: Any) -> None:
    with run.rollout():
        assert len(served(provider, n=3, temperature=1.0)("Hi")) == 3
    assert len(provider.received) == 3 and run.calls == (3, 3)


def test_rollouts_are_told_apart_and_the_same_again_is_another_draw(run: Run, provider: Any) -> None:
    lm = served(provider, temperature=1.0)
    with run.rollout():
        said = [lm.copy(rollout_id=n)("Hi") for n in (1, 2, 1)]
    with run.rollout():
        assert [lm.copy(rollout_id=n)("Hi") for n in (2, 1, 1)] == [said[1], said[0], said[2]]
    assert len(provider.received) == 3


def test_a_budget_ends_it_and_nobody_swallows_that(ledger: Any, provider: Any) -> None:
    run, before = Run(ledger, calls=2), {*threading.enumerate()}
    asked = [(dspy.Predict("q -> a"), {"q": f"{n}"}) for n in range(8)]
    with boundary.door():  # stands until all have come to an end, as in a whole run
        with run.rollout(), pytest.raises(Stopped), dspy.context(lm=served(provider)):
            dspy.Parallel(num_threads=2, disable_progress_bar=True)(asked)
        for thread in {*threading.enumerate()} - before:
            if thread.name.startswith("ThreadPoolExecutor"):
                thread.join(10)
    assert len(provider.received) == 2


def test_a_candidates_text_is_put_into_messages(run: Run, provider: Any) -> None:
    def rewrite(messages: Any) -> list[BaseMessage]:
        return [m.model_copy(update={"content": m.content.replace("Hi", "Hello")}) for m in messages]

    with run.rollout(rewrite=rewrite):
        sync(served(provider)), async_(served(provider))
    assert {row["messages"][0]["content"] for row in provider.received} == {"Hello"}


def test_calls_stand_on_the_tape(run: Run, provider: Any) -> None:
    with run.rollout(), tape.recording() as recorded:
        sync(served(provider))
    (call,) = recorded.calls
    assert call.messages == [{"type": "human", "content": "Hi"}]
    assert call.answer == {"type": "ai", "content": "answer 1 to Hi"} and call.usage == {"input": 7, "output": 5}


def streamed(lm: dspy.LM) -> tuple[list[str], Any]:
    program = dspy.streamify(
        dspy.Predict("q -> answer"),
        stream_listeners=[dspy.streaming.StreamListener(signature_field_name="answer")],
        async_streaming=True,
    )

    async def read() -> tuple[list[str], Any]:
        pieces, last = [], None
        with dspy.context(lm=lm):
            async for piece in program(q="x"):
                if isinstance(piece, dspy.streaming.StreamResponse):
                    pieces.append(piece.chunk)
                else:
                    last = piece
        return pieces, last.answer if last else None

    return asyncio.run(read())


ANSWER = "[[ ## answer ## ]]\nIt is so, and that is all there is to say of it.\n\n[[ ## completed ## ]]"


def test_a_stream_is_paid_for_once_and_comes_again_piece_by_piece(run: Run) -> None:
    chat = ScriptedChat(lambda messages, settings: ANSWER)
    with run.rollout():
        first = streamed(as_lm(chat))
    assert len(first[0]) > 2 and "".join(first[0]) == first[1] == "It is so, and that is all there is to say of it."
    with run.rollout():
        assert streamed(as_lm(chat)) == first
    assert run.calls == (1, 1)


class Own(dspy.BaseLM):  # type: ignore[misc]
    """A model of the user's own, in the old form."""

    def forward(self, prompt: Any = None, messages: Any = None, **kwargs: Any) -> Any:
        from openai.types.chat import ChatCompletion

        message = {"role": "assistant", "content": "mine"}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        used = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
        told = {"id": "1", "object": "chat.completion", "created": 0, "model": "own", "choices": [choice]}
        return ChatCompletion.model_validate({**told, "usage": used})


@pytest.mark.filterwarnings("ignore:Implementing custom LMs:DeprecationWarning")
def test_models_of_the_users_own_are_met(run: Run) -> None:
    for _ in range(2):
        with run.rollout() as kept:
            assert Own(model="own")("Hi") == ["mine"]
        assert [receipt.tokens for receipt in kept] == [{"input": 3, "output": 1}]
    assert run.calls == (1, 1)


def test_a_langchain_model_as_engine_tells_what_it_took_and_what_it_said_beside_texts() -> None:
    used = {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11, "input_token_details": {"cache_read": 4}}
    call = {"name": "look", "args": {"at": "it"}, "id": "1"}
    said = [AIMessage("plain", usage_metadata=used), AIMessage("tool", tool_calls=[call], usage_metadata=used)]
    said += [AIMessage([{"type": "text", "text": "in"}, {"type": "text", "text": "parts"}]), AIMessage("")]
    lm, request = as_lm(FakeMessagesListChatModel(responses=said), "m"), Request("m", (Message.user("Hi"),))
    plain, tool, parts, empty = [lm(request) for _ in range(4)]
    assert plain.usage == tool.usage == Usage(9, 2, 11, cache_read_tokens=4) and parts.usage == empty.usage == Usage()
    assert (plain.text, tool.text, parts.text, empty.text) == ("plain", None, "inparts", "")
    assert [(one.name, one.input) for one in tool.tool_calls] == [("look", {"at": "it"})]
    assert response_from_dict(response_to_dict(plain)) == plain and plain.finish_reason == "stop"


def test_a_langchain_model_as_engine_is_paid_for_once(run: Run) -> None:
    chat = ScriptedChat(lambda messages, settings: "said")
    with run.rollout():
        assert as_lm(chat)("Hi") == ["said"] and async_(as_lm(chat)) == ["said"]
    assert run.calls == (2, 2)


def test_a_dspy_model_as_chat_model_is_paid_for_once(run: Run, provider: Any) -> None:
    chat = DspyChat(lm=served(provider))
    with run.rollout():
        assert chat.invoke("Hi").usage_metadata == {"input_tokens": 7, "output_tokens": 5, "total_tokens": 12}
        assert asyncio.run(chat.ainvoke("Hi")).text == "answer 2 to Hi"
    assert run.calls == (2, 2) and len(provider.received) == 2


def test_a_call_that_left_its_run_is_refused(provider: Any) -> None:
    with boundary.door(), pytest.raises(UnboundCallError):
        sync(served(provider))


LATE = """
import sys
from llmdl_plugins.door import boundary
with boundary.door():
    assert "dspy" not in sys.modules
    import dspy
    from dspy.clients import execution
    assert execution.execute.__wrapped__
assert not hasattr(execution.execute, "__wrapped__") and type(dspy.__loader__).__name__ == "SourceFileLoader"
print("met")
"""


def test_dspy_is_never_imported_by_us_and_met_when_it_comes() -> None:
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "met"), done.stderr
