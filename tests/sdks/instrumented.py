"""An application under an instrumentation of others, in a process of its own: says what spans there were, and when.

`python instrumented.py NAME MOMENT ADDRESS` prints JSON; most instrumentations leave something behind when they are
taken out, so no two of them share a process.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from contextvars import ContextVar, copy_context
from threading import Timer
from types import FunctionType
from typing import Any, TypedDict

import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.testing import ScriptedChat

INSTRUMENTORS = {
    "openinference-instrumentation-langchain": "openinference.instrumentation.langchain:LangChainInstrumentor",
    "openinference-instrumentation-openai": "openinference.instrumentation.openai:OpenAIInstrumentor",
    "opentelemetry-instrumentation-langchain": "opentelemetry.instrumentation.langchain:LangchainInstrumentor",
    "opentelemetry-instrumentation-openai": "opentelemetry.instrumentation.openai:OpenAIInstrumentor",
    "opentelemetry-instrumentation-threading": "opentelemetry.instrumentation.threading:ThreadingInstrumentor",
}
PLACES = [(BaseChatModel, name) for name in ("generate", "agenerate", "stream", "astream")]
PLACES += [(kind, "request") for kind in (openai._base_client.SyncAPIClient, openai._base_client.AsyncAPIClient)]
PLACES += [(ThreadPoolExecutor, "submit"), (threading.Thread, "start"), (Timer, "start")]
ASKED: Any = {"topic": "rain"}

Told = list[tuple[str, str | None]]


class State(TypedDict, total=False):
    topic: str
    thought: str
    line: str


@tool
def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word} is a word"


def net_of(address: str, wrap: Callable[[Any], Any] = lambda client: client) -> LangGraphNetwork:
    """A graph that calls a tool and a model in threads of its own, and a provider's SDK."""
    model = ScriptedChat(lambda messages, settings: f"thought of {messages[-1].text}")

    def think(state: State) -> State:
        with ThreadPoolExecutor(1) as pool:
            asked = copy_context().run(look_up.invoke, state["topic"])
            return {"thought": pool.submit(copy_context().run, model.invoke, asked).result().text}

    def write(state: State) -> State:
        messages: Any = [{"role": "user", "content": state["thought"]}]
        with openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0) as client:
            said = wrap(client).chat.completions.create(model="m", messages=messages)
        return {"line": said.choices[0].message.content or ""}

    builder = StateGraph(State)
    builder.add_node("think", think)
    builder.add_node("write", write)
    builder.add_edge(START, "think")
    builder.add_edge("think", "write")
    found = adapt(builder.compile())
    assert found is not None
    return found


class Application:
    """The application with an instrumentation, in and out of runs that pay."""

    def __init__(self, name: str, address: str) -> None:
        sdk = importlib.import_module("opentelemetry.sdk.trace")
        export = importlib.import_module("opentelemetry.sdk.trace.export")
        memory = importlib.import_module("opentelemetry.sdk.trace.export.in_memory_span_exporter")
        self.kept, self.provider = memory.InMemorySpanExporter(), sdk.TracerProvider()
        self.provider.add_span_processor(export.SimpleSpanProcessor(self.kept))
        module, _, kind = INSTRUMENTORS[name].partition(":")
        self.instrumentor = getattr(importlib.import_module(module), kind)()
        self.net = net_of(address)
        self.ledger, self.meter = Ledger(), Meter(Budget())

    def put_in(self) -> None:
        self.instrumentor.instrument(tracer_provider=self.provider)

    def take_out(self) -> None:
        self.instrumentor.uninstrument()

    @contextmanager
    def run(self) -> Iterator[None]:
        turns: Any = boundary.Scope().turns
        with boundary.door(), boundary.scope(payer=Cashier(self.ledger, self.meter), turns=turns):
            yield

    def plain(self) -> Told:
        return self._told(lambda: asyncio.run(self.net.graph.ainvoke(ASKED)))

    def observed(self) -> Told:
        return self._told(lambda: asyncio.run(self.net.trace(ASKED)))

    def _told(self, called: Callable[[], Any]) -> Told:
        """Each span with the name of its parent."""
        self.kept.clear()
        with self.provider.get_tracer("application").start_as_current_span("request"):
            called()
        spans = self.kept.get_finished_spans()
        names = {span.context.span_id: span.name for span in spans}
        return sorted((span.name, names.get(span.parent.span_id) if span.parent else None) for span in spans)


def never(app: Application) -> dict[str, Any]:
    app.put_in()
    told = app.plain()
    app.take_out()
    return {"told": told, "left": app.plain()}


def before(app: Application) -> dict[str, Any]:
    app.put_in()
    with app.run():
        inside = app.observed()
    again = app.plain()
    app.take_out()
    return {"inside": inside, "after": again, "left": app.plain()}


def inside(app: Application) -> dict[str, Any]:
    with app.run():
        app.put_in()
        inside = app.observed()
    again = app.plain()
    with app.run():  # theirs is around what was ours, and the same is asked again
        app.observed()
    app.take_out()
    return {"inside": inside, "after": again, "left": app.plain()}


def after(app: Application) -> dict[str, Any]:
    with app.run():
        app.observed()
    app.put_in()
    again = app.plain()
    app.take_out()
    return {"after": again, "left": app.plain()}


def out(app: Application) -> dict[str, Any]:
    """Taken out inside a run: no call of the run may be missed."""
    app.put_in()
    refused = ""
    with app.run():
        app.take_out()
        try:
            app.observed()
        except UnboundCallError as error:
            refused = str(error)
    return {"refused": refused, "after": app.plain()}


def timer(app: Application) -> dict[str, Any]:
    """A thread of a class that holds the method in a wrapper of its own."""
    app.put_in()
    with app.run():
        started = Timer(0, lambda: ScriptedChat(["x"]).invoke("hi"))
        started.start()
        started.join()
    return {}


def carries() -> bool:
    """Whether a thread that is started now is given our context."""
    mark: ContextVar[bool] = ContextVar("mark", default=False)
    seen: list[bool] = []
    mark.set(True)
    started = threading.Thread(target=lambda: seen.append(mark.get()))
    started.start()
    started.join()
    return seen[0]


def ours(place: tuple[type, str]) -> bool:
    held = place[0].__dict__.get(place[1])
    return type(held) is FunctionType and "llmdl" in held.__code__.co_filename


def main(name: str, moment: str, address: str) -> None:
    warnings.simplefilter("ignore")
    app = Application(name, address)
    with closing(app.ledger):
        said = globals()[moment](app)
        paid = app.ledger.totals()["calls"]
    standing = [f"{kind.__name__}.{name}" for kind, name in PLACES if ours((kind, name))]
    print(json.dumps({**said, "paid": paid, "standing": standing, "carries": carries()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
