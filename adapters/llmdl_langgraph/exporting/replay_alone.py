"""Runs an application with recorded answers and writes down what it asks: a script that knows LangChain alone.

It is started with two file names: what to run, as JSON, and where to write what was asked.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import re
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from functools import partial, reduce
from inspect import signature
from operator import add
from pathlib import Path
from typing import Any
from uuid import uuid4

Stage = Callable[[], AbstractContextManager[None]]
OURS = ("llmdl_plugins", "llmdl_langgraph", "llmdl_recipes", "llmdl_local", "llmdl_sdks", "llmdl_dspy")
# Options that define tools and schemas, as providers call them.
DEFINING = ("tools", "functions", "response_format", "response_schema", "response_json_schema", "format", "text")
TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?)?|\d\d:\d\d(:\d\d(\.\d+)?)?")
IDENTITY = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.I)


class Replay:
    """The recorded calls of one run, given out by what is asked, else in the order of the node."""

    def __init__(self, calls: list[dict[str, Any]]) -> None:
        self.left = dict(enumerate(calls))
        self.asked: list[dict[str, Any]] = []
        self.lock = threading.Lock()

    def answer(self, messages: Any, options: Any) -> Any:
        """The recorded answer to these messages and definitions of tools."""
        told, node, offered = [plain(m) for m in messages], node_here(), definitions(options)
        with self.lock:
            same = [n for n, call in self.left.items() if masked(call["messages"]) == masked(told)]
            near = [n for n, call in self.left.items() if call["node"] == node]
            n = next(iter([*[n for n in same if n in near], *same, *near]), None)
            self.asked.append({"node": node, "messages": told, "offered": offered, "call": n, "equal": bool(same)})
            if n is None:
                raise LookupError(f"node {node!r} made a call that the trained application did not make")
            return self.left.pop(n)["answer"]


def masked(told: Any) -> str:
    """What was asked, without times and random identities, which differ between any two runs."""
    return IDENTITY.sub("#", TIME.sub("#", json.dumps(told, sort_keys=True)))


def plain(value: Any) -> Any:
    """A message, or anything in one, as plain JSON."""
    if hasattr(value, "content") and hasattr(value, "type"):
        told = {"type": value.type, "content": plain(value.content)}
        more = {key: plain(getattr(value, key, None)) for key in ("tool_calls", "tool_call_id", "name")}
        return told | {key: given for key, given in more.items() if given}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value).encode("utf-8", "backslashreplace").decode()


def definitions(options: Any) -> Any:
    """The definitions of tools and schemas among the options of a call, as far as they are plain JSON."""
    return {key: told for key in DEFINING if (told := _json(options.get(key))) is not None}


def _json(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value)) if isinstance(value, dict | list) else None
    except TypeError:
        return None


def node_here() -> str:
    """The outermost node that asks."""
    from langgraph.config import get_config

    try:
        namespace = (get_config().get("metadata") or {}).get("langgraph_checkpoint_ns", "")
    except RuntimeError:
        namespace = ""
    return str(namespace).partition("|")[0].partition(":")[0]


def stand_in(replay: Replay) -> None:
    """Let every chat model answer from the record, models made inside nodes too."""
    from langchain_core.language_models import BaseChatModel
    from langchain_core.outputs import ChatGeneration, LLMResult

    def generate(self: Any, messages: Any, *args: Any, **kwargs: Any) -> Any:
        return LLMResult(generations=[[ChatGeneration(message=whole(replay.answer(m, kwargs)))] for m in messages])

    async def agenerate(self: Any, messages: Any, *args: Any, **kwargs: Any) -> Any:
        return generate(self, messages, *args, **kwargs)

    def stream(self: Any, input: Any, *args: Any, **kwargs: Any) -> Iterator[Any]:
        told = self._convert_input(input).to_messages()
        yield from pieces(replay.answer(told, kwargs))

    async def astream(self: Any, input: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for piece in stream(self, input, *args, **kwargs):
            yield piece

    for kind in [BaseChatModel, *below(BaseChatModel)]:
        for name, method in {
            "generate": generate,
            "agenerate": agenerate,
            "stream": stream,
            "astream": astream,
        }.items():
            if name in vars(kind):
                setattr(kind, name, method)


def below(kind: type) -> Iterator[type]:
    """Every class that is made from this one."""
    inner: type
    for inner in kind.__subclasses__():
        yield inner
        yield from below(inner)


def whole(answer: Any) -> Any:
    """A recorded answer as one message."""
    from langchain_core.messages import messages_from_dict

    if "chunks" in answer:
        return reduce(add, messages_from_dict(answer["chunks"]))
    return messages_from_dict([answer["message"]["message"]])[0]


def pieces(answer: Any) -> list[Any]:
    """A recorded answer as the chunks of a stream."""
    from langchain_core.messages import AIMessageChunk, messages_from_dict

    if "chunks" in answer:
        return messages_from_dict(answer["chunks"])
    told = whole(answer)
    kept = {key: getattr(told, key) for key in ("content", "additional_kwargs", "response_metadata", "id")}
    return [AIMessageChunk(**kept, tool_calls=told.tool_calls)]


def on_its_own(graph: Any) -> tuple[Any, Any]:
    """The graph without a memory of other runs, and a thread of its own."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.store.memory import InMemoryStore

    fresh: dict[str, Any] = {"cache": None}
    if graph.checkpointer is not None and not isinstance(graph.checkpointer, bool):
        fresh["checkpointer"] = InMemorySaver()
    if graph.store is not None:
        fresh["store"] = InMemoryStore()
    forget(fresh.get("checkpointer"))
    return graph.copy(update=fresh), {"configurable": {"thread_id": uuid4().hex}}


def forget(own: Any) -> None:
    """Let every graph inside a node begin with an empty memory too, as it does where candidates are measured."""
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.pregel import Pregel

    memories = {own: own}

    def memory(graph: Any) -> Any:
        held = vars(graph).get("checkpointer")
        return held if held is None or isinstance(held, bool) else memories.setdefault(held, InMemorySaver())

    Pregel.checkpointer = property(memory, lambda graph, given: vars(graph).update(checkpointer=given))  # type: ignore


def replayed(graph: Any, probe: Any, stage: Stage = nullcontext) -> Any:
    """What one run asks, and how it failed, if it did."""
    replay = Replay(probe["calls"])
    stand_in(replay)
    try:
        with stage():
            asyncio.run(_run(graph, probe))
    except Exception as error:
        return {"asked": replay.asked, "left": list(replay.left), "error": f"{type(error).__name__}: {error}"}
    return {"asked": replay.asked, "left": list(replay.left), "error": None}


async def _run(found: Any, probe: Any) -> None:
    async with AsyncExitStack() as opened:
        own, config = on_its_own(await application(found, opened))
        await own.ainvoke(probe["inputs"], config, context=probe["context"])


async def application(found: Any, opened: AsyncExitStack) -> Any:
    """What a module names, as LangGraph's server makes a graph of it: called, awaited, opened, compiled."""
    if callable(found) and not hasattr(found, "ainvoke"):
        asked = [p for p in signature(found).parameters.values() if p.default is p.empty or p.name == "config"]
        found = found(*[{"configurable": {}} for _ in asked])
    found = await found if asyncio.iscoroutine(found) else found
    if hasattr(found, "__aenter__"):
        found = await opened.enter_async_context(found)
    elif hasattr(found, "__enter__"):
        found = opened.enter_context(found)
    return found if hasattr(found, "ainvoke") else found.compile()


def guarded(allowed: Any) -> Stage:
    """Guard this process as the one is guarded that has started it, if it is; what raises what was refused."""
    if allowed is None:
        return nullcontext
    from llmdl_plugins.effects import guard, tools
    from llmdl_plugins.effects.effect import Allowed

    guard.install(Allowed(**{**allowed, "tools": frozenset(allowed["tools"])}))
    tools.told()
    return partial(guard.reported, "the exported copy")


def hidden() -> None:
    """Let the import of any package of ours fail, whether it is installed, or loaded, or not."""
    for name in {*OURS, *(name for name in sys.modules if name.partition(".")[0] in OURS)}:
        sys.modules[name] = None  # type: ignore[assignment]


def main(told: str, written: str) -> None:
    """Replay every probe on the application in a folder."""
    spec = json.loads(Path(told).read_text(encoding="utf-8"))
    sys.path[:] = spec["path"]
    stage = guarded(spec["allowed"])
    hidden()
    sys.path.insert(0, spec["folder"])
    with stage():
        graph = getattr(importlib.import_module(spec["module"]), spec["attribute"])
    done = [replayed(graph, probe, stage) for probe in spec["probes"]]
    Path(written).write_text(json.dumps(done), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
