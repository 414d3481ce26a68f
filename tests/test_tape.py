"""Tapes: JSON in and out, paths that do not depend on arrival, and nothing where none is recorded."""

from __future__ import annotations

import asyncio
import json

import pytest

from llmdl_plugins.parameter import Parameter
from llmdl_plugins.tape import ModelCall, Tape, ToolCall, current_step, current_tape, recording, step


def test_without_a_recording_a_step_is_nothing() -> None:
    with step("node", {}) as taken:
        assert taken is None and current_step() is None and current_tape() is None


async def test_paths_follow_starts_not_arrivals() -> None:
    async def node(name: str, wait: float) -> None:
        with step(name, {}):
            await asyncio.sleep(wait)
            with step("inner", {}):
                pass

    with recording() as tape:
        await asyncio.gather(node("a", 0.02), node("a", 0.0), node("b", 0.01))
    assert {s.path for s in tape.steps} == {"a#0", "a#1", "b#0", "a#0/inner#0", "a#1/inner#0", "b#0/inner#0"}


def test_an_error_is_noted_and_goes_on() -> None:
    with pytest.raises(KeyError), recording() as tape, step("node", {}):
        raise KeyError("x")
    assert tape.steps[0].error == "KeyError('x')"


def test_a_tape_survives_json() -> None:
    tone = Parameter("x")
    with recording() as tape:
        with step("one", {"q": "a\ud83d"}) as one:
            assert one
            _ = tone.value
            one.outputs = {"plan": "p"}
            one.calls.append(
                ModelCall([{"type": "human", "content": "hi"}], {"content": "ho"}, {"input": 1, "output": 2})
            )
            one.tools.append(ToolCall("f", {"x": 1}, "y"))
        with step("two", one.outputs):
            pass
        one.fed_by.append(tape.steps[1])
        tape.strays.append(ModelCall([], error="cut", tools={"tools": [{"name": "f"}]}))
    told = tape.json({tone: "tone"})
    again = Tape.from_json(json.loads(json.dumps(told)), {"tone": tone})
    assert again.json({tone: "tone"}) == told
    assert again.steps[0].fed_by == [again.steps[1]] and again.steps[0].reads == [tone]
    assert again.steps[1].fed_by == [again.steps[0]] and again.calls == tape.calls
