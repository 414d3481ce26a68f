"""Tools of a graph: called once however often a run is resumed, replayed to every candidate, with all their events."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest
import stamina
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import InjectedToolCallId, tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState, ToolNode, ToolRuntime
from langgraph.types import Command, Send, interrupt

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.running.sent import node_of
from llmdl_plugins import Trainer
from llmdl_plugins.door import boundary
from llmdl_plugins.door.results import keep, restore
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.tools import ToolRecords, ToolRules
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.training.sealed import sealed_test

from .conftest import Agent
from .test_conversation import evaluator, human, rolled, row
from .test_frozen import ASKED, MODES, in_order, network, without_ids

ROW = row(inputs=ASKED, expected="it means something")
CHANGED = {"agent/prompt": "Look up all words."}
REPLAY = ToolRules("replay")


class Dictionary:
    """The agent of `react.py`, whose lookups are counted and numbered."""

    def __init__(self, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        self.module, self.net, self.words = module, network(module), list[str]()
        monkeypatch.setattr(module.look_up, "func", self._look_up)

    def _look_up(self, word: str) -> str:
        self.words.append(word)
        return f"{word} means {len(self.words)}"

    def says(self, say: Callable[[Sequence[BaseMessage]], Any]) -> None:
        self.module.model.say = say


@pytest.fixture
def dictionary(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> Dictionary:
    return Dictionary(agent("react"), monkeypatch)


def asking(word: str) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": "look_up", "args": {"word": word}, "id": f"call {word}"}])


async def test_a_resumed_run_calls_no_tool_twice(dictionary: Dictionary) -> None:
    usual = dictionary.module.model.say

    def breaks(messages: Sequence[BaseMessage]) -> Any:
        if messages[-1].type == "tool":
            raise ConnectionError("the line is cut")
        return usual(messages)

    with closing(Ledger()) as ledger:
        dictionary.says(breaks)
        with stamina.set_testing(True, attempts=2, cap=True), evaluator(dictionary.net, ledger) as at:
            assert (await at.evaluate([{}], [ROW]))[0].status == "infrastructure error"
        dictionary.says(usual)
        with evaluator(dictionary.net, ledger) as at:
            (rollout,) = await at.evaluate([{}], [ROW])
    assert rollout.score == 1.0 and dictionary.words == ["rain"]
    (call,) = next(step for step in rollout.tape.steps if step.name == "tools").tools
    assert call.answer["content"] == "rain means 1"  # type: ignore[index, call-overload]


async def events(dictionary: Dictionary, ledger: Ledger, how: str) -> list[str]:
    records = ToolRecords(ledger, ToolRules(), "r", "row", True, print)
    with boundary.door(), boundary.scope(tools=records, turns=Counter()), dictionary.net.recorded():
        if how == "stream":
            return in_order("react", without_ids([e async for e in dictionary.net.astream(ASKED, stream_mode=MODES)]))
        found = [e async for e in dictionary.module.graph.astream_events(ASKED, version="v2")]
        told = in_order("react", without_ids([{**e, "run_id": 0, "parent_ids": 0} for e in found]))
        return [re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", event) for event in told]


@pytest.mark.parametrize("how", ["stream", "events"])
async def test_a_replayed_tool_has_the_events_of_a_call(dictionary: Dictionary, how: str) -> None:
    with closing(Ledger()) as ledger:
        first = await events(dictionary, ledger, how)
        assert await events(dictionary, ledger, how) == first
    assert dictionary.words == ["rain"]
    assert how == "stream" or sum('"event":"on_tool_' in event for event in first) == 2


async def test_live_tools_are_called_by_every_candidate(dictionary: Dictionary) -> None:
    with closing(Ledger()) as ledger, evaluator(dictionary.net, ledger) as at:
        await at.evaluate([{}, CHANGED, {}, CHANGED], [ROW])
    assert dictionary.words == ["rain", "rain"]


async def test_replayed_tools_are_called_by_the_original_alone(dictionary: Dictionary) -> None:
    with closing(Ledger()) as ledger, evaluator(dictionary.net, ledger, tools=REPLAY) as at:
        rollouts = await at.evaluate([CHANGED, {}], [ROW])  # the original is run first all the same
        assert [r.score for r in rollouts] == [1.0, 1.0]
        assert at.cashier.meter.spent.rollouts == 2
        sealed = await sealed_test(at, {}, CHANGED, [ROW, row(inputs=ASKED, expected="it", id="other")], 0)
    assert sealed.before == sealed.after == 0.5
    assert dictionary.words == ["rain", "rain"]  # one for each row


async def test_where_the_original_could_not_be_run_there_is_nothing_to_replay(dictionary: Dictionary) -> None:
    def breaks(messages: Sequence[BaseMessage]) -> Any:
        raise ConnectionError("the line is cut")

    usual = dictionary.module.model.say
    with closing(Ledger()) as ledger, evaluator(dictionary.net, ledger, tools=REPLAY) as at:
        dictionary.says(breaks)
        assert (await at.evaluate([CHANGED], [ROW]))[0].status == "infrastructure error"
        dictionary.says(usual)
        assert (await at.evaluate([CHANGED], [ROW]))[0].score == 1.0


@pytest.mark.parametrize("swallows", [False, True])
async def test_a_new_argument_is_an_error_of_the_row_and_never_a_guess(swallows: bool) -> None:
    times: list[str] = []

    @tool
    def look_up(word: str) -> str:
        """Look a word up."""
        times.append(word)
        return word

    def say(messages: Sequence[BaseMessage], settings: Any) -> Any:
        if messages[-1].type == "tool":
            return "it means something"
        return asking("snow" if "snow" in messages[0].text else "rain")

    model = ScriptedChat(say)

    async def agent(state: MessagesState) -> dict[str, Any]:
        prompt = "You are a dictionary. Look words up before you answer."
        return {"messages": [await model.ainvoke([{"role": "system", "content": prompt}, *state["messages"]])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_node("tools", ToolNode([look_up], handle_tool_errors=swallows))
    builder.add_edge(START, "agent")
    builder.add_conditional_edges("agent", lambda s: "tools" if s["messages"][-1].tool_calls else "__end__")
    builder.add_edge("tools", "agent")
    net = adapt(builder.compile())
    assert net is not None
    name = next(n for n, p in net.named_parameters().items() if "You are a dictionary" in str(p.default))
    snow = {name: "You are a dictionary of snow. Look words up before you answer."}
    with closing(Ledger()) as ledger, evaluator(net, ledger, tools=REPLAY) as at:
        (missed,) = await at.evaluate([snow], [ROW])
        assert (missed.status, missed.score) == ("task error", 0.0) and times == ["rain"]
        assert "look_up at tools#0 has no record" in missed.words and '{"word":"snow"}' in missed.words
        assert [step.name for step in missed.tape.steps][:2] == ["agent", "tools"]
    with closing(Ledger()) as ledger, evaluator(net, ledger, tools=ToolRules("replay", frozenset(["look_up"]))) as at:
        assert (await at.evaluate([snow], [ROW]))[0].score == 1.0
    assert times == ["rain", "rain", "snow"]


@tool
def hand_over(
    to: str, state: Annotated[dict[str, Any], InjectedState], call_id: Annotated[str, InjectedToolCallId]
) -> Command[Any]:
    """Hand over to somebody."""
    said = ToolMessage(f"handed to {to}", tool_call_id=call_id)
    return Command(update={"messages": [said]}, goto=[Send("other", {"messages": [*state["messages"], said]})])


async def test_commands_of_tools_are_rebuilt() -> None:
    def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("", tool_calls=[{"name": "hand_over", "args": {"to": "b"}, "id": "c"}])]}

    def other(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(f"{len(state['messages'])} messages, {state['messages'][-1].text}")]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_node("tools", ToolNode([hand_over]))
    builder.add_node("other", other)
    builder.add_edge(START, "agent")
    builder.add_edge("agent", "tools")
    net = adapt(builder.compile())
    assert isinstance(net, LangGraphNetwork)
    texts = []
    with closing(Ledger()) as ledger:
        for _ in range(2):
            records = ToolRecords(ledger, ToolRules(), "r", "row", True, print)
            with boundary.scope(tools=records, turns=Counter()):
                texts.append((await net.trace(human("hi")))[0]["messages"][-1].text)
        assert ledger._db.execute("SELECT count(*) FROM tools").fetchone() == (1,)
    assert texts == ["3 messages, handed to b"] * 2
    command = Command(update={"a": (1, 2)}, goto=[Send("x", {"y": 1}), "z"], graph=Command.PARENT)
    assert restore(keep(command)) == command


async def test_a_tool_that_asks_is_answered_from_the_row_and_is_no_failure() -> None:
    ran: list[str] = []

    @tool
    def send_mail(text: str) -> str:
        """Send a mail."""
        answer = interrupt(f"send {text!r}?")
        ran.append(text)
        return f"sent: {answer}"

    def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("", tool_calls=[{"name": "send_mail", "args": {"text": "hi"}, "id": "c"}])]}

    def last(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage(state["messages"][-1].text)]}

    builder = StateGraph(MessagesState)
    for name, node in {"agent": agent, "tools": ToolNode([send_mail]), "last": last}.items():
        builder.add_node(name, node)
    for before, after in ((START, "agent"), ("agent", "tools"), ("tools", "last")):
        builder.add_edge(before, after)
    net = adapt(builder.compile())
    assert net is not None
    rollout = await rolled(net, row(inputs=human("go"), expected="sent: yes", resume=["yes"]))
    assert rollout.score == 1.0 and ran == ["hi"]
    assert [step.path for step in rollout.tape.steps] == ["agent#0", "tools#0", "last#0"]


def test_training_with_replayed_tools_calls_each_row_of_the_original_once(
    dictionary: Dictionary, tmp_path: Any
) -> None:
    rows = [{"inputs": human(f"word {n}"), "expected": "it means something"} for n in range(40)]
    teacher = ScriptedChat(lambda messages, settings: "Look up all words.")
    settings: dict[str, Any] = {"optimizer": "textual-gradient", "teacher": teacher, "budget": "600 calls"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = Trainer(dictionary.net, "exact_match", rows, tools="replay", folder=tmp_path / "run", **settings).fit()
    assert result.status == "no gain shown"
    assert 0 < len(dictionary.words) <= 40


async def test_a_runtime_that_a_tool_is_given_is_no_argument_of_its_call() -> None:
    seen: list[str] = []

    @tool
    def who(question: str, runtime: ToolRuntime) -> str:
        """Say who asks."""
        seen.append(question)
        return f"{question} {len(runtime.state['messages'])} {runtime.tool_call_id}"

    def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("", tool_calls=[{"name": "who", "args": {"question": "q"}, "id": "c"}])]}

    builder = StateGraph(MessagesState)
    builder.add_node("agent", agent)
    builder.add_node("tools", ToolNode([who]))
    builder.add_edge(START, "agent")
    builder.add_edge("agent", "tools")
    net = adapt(builder.compile())
    assert net is not None
    with closing(Ledger()) as ledger:
        for key, original in (("r", True), ("r", True), ("candidate", False)):
            records = ToolRecords(ledger, REPLAY, key, "row", original, print)
            with boundary.scope(tools=records, turns=Counter()):
                output, _ = await net.trace(human("hi"))
            assert output["messages"][-1].text == "q 2 c"
        assert ledger._db.execute("SELECT arguments FROM tools").fetchall() == [('{"question":"q"}',)]
    assert seen == ["q"]


async def test_agents_called_as_tools_side_by_side_keep_their_places() -> None:
    waits: dict[str, float] = {}
    model = ScriptedChat(lambda messages, settings: "so")

    async def inner(state: MessagesState) -> dict[str, Any]:
        await asyncio.sleep(waits[state["messages"][0].text])
        return {"messages": [await model.ainvoke(state["messages"])]}

    builder = StateGraph(MessagesState)
    builder.add_node("inner", inner)
    builder.add_edge(START, "inner")
    expert = builder.compile()

    @tool
    async def research(topic: str) -> str:
        """Research a topic."""
        await asyncio.sleep(waits[topic])
        return (await expert.ainvoke(human(topic)))["messages"][-1].text  # type: ignore[no-any-return]

    def agent(state: MessagesState) -> dict[str, Any]:
        calls = [{"name": "research", "args": {"topic": topic}, "id": topic} for topic in "abc"]
        return {"messages": [AIMessage("", tool_calls=calls)]}

    outer = StateGraph(MessagesState)
    outer.add_node("agent", agent)
    outer.add_node("tools", ToolNode([research]))
    outer.add_edge(START, "agent")
    outer.add_edge("agent", "tools")
    net = adapt(outer.compile())
    assert net is not None
    places = []
    for order in ("abc", "cba"):
        waits.update({topic: n / 50 for n, topic in enumerate(order)})
        with closing(Ledger()) as ledger, evaluator(net, ledger, lambda prediction, gold: 1.0) as at:
            tape = (await at.evaluate([{}], [row(inputs=human("go"), expected="x")]))[0].tape
        places.append({step.path: str(step.calls[0].messages) for step in tape.steps if step.calls})
        assert {node_of(step) for step in tape.steps if step.calls} == {"tools/inner"}
    assert places[0] == places[1] and len(places[0]) == 3


KILLED = """
import sys, time
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.testing import ScriptedChat

folder, slow = Path(sys.argv[1]), float(sys.argv[2])


@tool
def write_down(text: str) -> str:
    "Write a text down."
    with (folder / "written").open("a") as file:
        file.write(text + "\\n")
    return f"{text} is written"


def say(messages: Any, settings: Any) -> Any:
    time.sleep(slow)
    word = messages[1].text
    if messages[-1].type == "tool":
        return "done" if ("twice" in messages[0].text or len(word) % 3) else "failed"
    return AIMessage("", tool_calls=[{"name": "write_down", "args": {"text": word}, "id": f"c {word}"}])


def teach(messages: Any, settings: Any) -> str:
    asked = str(messages[-1].content)
    return "<prompt>Write it down twice.</prompt>" if "Write an improved prompt" in asked else "It must be twice."


model = ScriptedChat(say)
PROMPT = "You are a clerk. Write down what you are told and say when you are done."


def agent(state: MessagesState) -> dict:
    return {"messages": [model.invoke([("system", PROMPT), *state["messages"]])]}


builder = StateGraph(MessagesState)
builder.add_node("agent", agent)
builder.add_node("tools", ToolNode([write_down]))
builder.add_edge(START, "agent")
builder.add_conditional_edges("agent", lambda s: "tools" if s["messages"][-1].tool_calls else "__end__")
builder.add_edge("tools", "agent")

rows = [{"inputs": {"messages": [("user", f"word{'x' * (n % 7)} {n}")]}, "expected": "done"} for n in range(60)]
net = trainable(builder.compile())
result = Trainer(
    net, "exact_match", rows, optimizer="textual-gradient", teacher=ScriptedChat(teach), concurrency=4,
    budget="900 calls", folder=folder / "run",
).fit()
told = result.json()
print(told["status"], told["before"], told["after"], told["interval"], told["accepted"], told["proposed"])
print(sorted(told["parameters"].items()), told["spent"]["calls"])
"""


@pytest.mark.long
def test_a_killed_run_ends_equal_and_has_written_nothing_twice(tmp_path: Path) -> None:
    script = tmp_path / "clerk.py"
    script.write_text(KILLED)

    def started(folder: Path, slow: float) -> subprocess.Popen[str]:
        folder.mkdir(exist_ok=True)
        return subprocess.Popen([sys.executable, script, folder, str(slow)], stdout=subprocess.PIPE, text=True)

    def written(folder: Path) -> list[str]:
        file = folder / "written"
        return file.read_text().splitlines() if file.exists() else []

    unbroken, _ = started(tmp_path / "unbroken", 0).communicate(timeout=300)
    for kills in range(1, 5):
        running = started(tmp_path / "broken", 0.05)
        while running.poll() is None and len(written(tmp_path / "broken")) < 15 * kills:
            time.sleep(0.01)
        running.kill()
        running.communicate()
        assert running.returncode == -signal.SIGKILL
    told, _ = started(tmp_path / "broken", 0).communicate(timeout=300)
    assert told == unbroken and told.startswith("improved")
    once, often = Counter(written(tmp_path / "unbroken")), Counter(written(tmp_path / "broken"))
    assert once.keys() == often.keys()
    assert sum((often - once).values()) <= 4 * 4  # under way when it was killed: four runs at once, four times
