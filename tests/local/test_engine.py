"""One engine for everyone: threads, event loops, forked children, and a clean end of the process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from llmdl_local import LocalChat
from llmdl_local.engine import engine
from llmdl_plugins.errors import MisuseError


@pytest.fixture
def wide(weights: Path) -> LocalChat:
    return LocalChat(model_path=weights, slots=4, context=512, max_tokens=6)


async def test_16_calls_on_4_slots(wide: LocalChat) -> None:
    answers = await asyncio.gather(*(wide.ainvoke(f"Say the number {n}.") for n in range(16)))
    assert all(answer.text and answer.usage_metadata for answer in answers)


def test_several_threads_and_event_loops_share_an_engine(wide: LocalChat) -> None:
    def in_a_loop(n: int) -> str:
        return asyncio.run(wide.ainvoke(f"Say {n}.")).text

    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(in_a_loop, range(6)), *threads.map(lambda n: wide.invoke(f"Say {n}.").text, range(6))]
    assert all(answers)


def test_equal_models_share_an_engine_and_others_do_not(chat: LocalChat) -> None:
    again = LocalChat(model_path=chat.model_path, context=2048, temperature=1)
    other = LocalChat(model_path=chat.model_path, context=1024)
    assert engine(chat._size) is engine(again._size) is not engine(other._size)


async def test_two_servers_answer_side_by_side(weights: Path) -> None:
    pair = LocalChat(model_path=weights, servers=2, context=512, max_tokens=4)
    running = engine(pair._size)
    assert len(running.servers) == 2
    answers = await asyncio.gather(*(pair.ainvoke("Say hello.") for _ in range(6)))
    assert len({answer.text for answer in answers}) == 1


def test_prompts_that_take_turns_are_each_read_once(weights: Path) -> None:
    model = LocalChat(model_path=weights, servers=1, context=640, max_tokens=2)
    prompts = [f"You are clerk number {n}. " + f"Rule {n}: be brief about parcels. " * 30 for n in (1, 2)]
    cached = []
    for question in ("Is it late?", "Is it lost?"):
        for prompt in prompts:
            usage = model.invoke([SystemMessage(prompt), HumanMessage(question)]).usage_metadata
            assert usage and usage["input_tokens"] > 200
            cached.append(usage["input_token_details"]["cache_read"])
    assert max(cached[:2]) < 100 and min(cached[2:]) > 200


async def test_the_event_loop_runs_on_while_the_model_works(chat: LocalChat) -> None:
    call = asyncio.create_task(chat.ainvoke("Tell me about rivers.", max_tokens=40))
    ticks = 0
    while not call.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert ticks > 10


def test_a_file_that_is_cut_short_is_refused(weights: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    with weights.open("rb") as file:
        broken.write_bytes(file.read(3_000_000))
    with pytest.raises(MisuseError, match="damaged or cut short"):
        LocalChat(model_path=broken).invoke("Hello")


ENDINGS = {
    "at rest": "chat.invoke('Hello')",
    "a stream left open": "stream = chat.stream('Hello', max_tokens=2000); next(stream)",
    "a call in a daemon thread": "import threading, time; "
    "threading.Thread(target=chat.invoke, args=('Hello',), daemon=True).start(); time.sleep(0.3)",
    "a forked worker": "import multiprocessing; chat.invoke('Hello'); "
    "pool = multiprocessing.get_context('fork').Pool(1); assert pool.apply(chat.invoke, ('Hello',)).text; pool.close()",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_process_ends_by_itself(weights: Path, ending: str) -> None:
    start = f"from llmdl_local import LocalChat; chat = LocalChat(model_path={str(weights)!r}, context=512); "
    path = os.pathsep.join(filter(None, sys.path))
    environment = os.environ | {"PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", start + ENDINGS[ending]], env=environment, timeout=30)
    assert done.returncode == 0


def test_a_call_costs_little_over_the_engine(chat: LocalChat, monkeypatch: pytest.MonkeyPatch) -> None:
    running = engine(chat._size)
    reply = running.ask({"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1})
    monkeypatch.setattr(running, "servers", [InstantServer(reply)])
    assert min(seconds(chat) for _ in range(200)) < 0.0003


class InstantServer:
    """Answers at once, so what remains is our own cost."""

    def __init__(self, reply: dict[str, object]) -> None:
        self.reply = reply

    def handle_chat_completions(self, body: object, hear: object = None) -> dict[str, object]:
        return self.reply


def seconds(chat: LocalChat) -> float:
    start = time.perf_counter()
    chat._generate([HumanMessage("Hello")])
    return time.perf_counter() - start
