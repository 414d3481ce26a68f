"""An application for workers: it calls a model in every way, and a tool; each call made is a line in a file.

Rows that say so raise, print, act outside or kill the process that they run in.
"""

import os
import random
import signal
import time
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph

from llmdl_plugins.testing import SimulatedChat, Simulator

HERE = Path(os.environ["TICKETS_FOLDER"])
PAUSE = float(os.environ.get("TICKETS_PAUSE", "0"))


class Counted(SimulatedChat):
    """The simulated model; whoever really asks it leaves a line."""

    def _ask(self, messages: Any, kwargs: Any) -> Any:
        note("calls")
        time.sleep(PAUSE)
        return super()._ask(messages, kwargs)


class State(TypedDict, total=False):
    question: str
    plan: str
    found: str
    answer: str


model = Counted(simulator=Simulator(rules=4, redraw=False, latency="fixed:0"), temperature=0)


def note(name: str) -> None:
    """Add a line, whole whoever else writes."""
    with open(HERE / name, "a") as file:
        file.write(f"{os.getpid()}\n")


@tool
def look_up(ticket: str) -> str:
    """What is known of a ticket."""
    note("tools")
    if "unknown" in ticket:
        raise ValueError("no such ticket")
    return f"{len(ticket)} letters"


async def plan(state: State) -> State:
    """Asynchronous."""
    reply = await model.ainvoke(f"Say what kind of ticket this is.\n\n{state['question']}")
    return {"plan": reply.text}


def look(state: State) -> State:
    """Synchronous, in a thread."""
    misbehave(state["question"])
    reply = model.invoke(f"Name the number in the ticket.\n\n{state['question']}")
    return {"found": f"{look_up.invoke({'ticket': state['question']})} {reply.text}"}


async def answer(state: State) -> State:
    """Streamed, by a synchronous call on the loop and by an asynchronous one."""
    first = model.invoke(f"Check the ticket.\n\n{state['question']}").text
    said = [chunk.text async for chunk in model.astream(f"Answer with the number only.\n\n{state['question']}")]
    return {"answer": "".join(said), "found": f"{state['found']} {first}"}


def misbehave(question: str) -> None:
    """What some rows are there for."""
    if "raise" in question:
        raise ValueError("this ticket can't be read")
    if "print" in question:
        print("a line of the application", flush=True)
    if "write" in question:
        (Path.home() / "ticket.txt").write_text(question)
    if "kill once" in question and not (HERE / "killed").exists():
        (HERE / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "always kill" in question:
        os.kill(os.getpid(), signal.SIGKILL)


def chaotic() -> Any:
    """Another graph whenever it is made."""
    made = StateGraph(State)
    made.add_node(f"node {random.random()}", plan)
    made.add_edge(START, next(iter(made.nodes)))
    return made.compile()


builder = StateGraph(State)
for node in (plan, look, answer):
    builder.add_node(node.__name__, node)
builder.add_edge(START, "plan")
builder.add_edge("plan", "look")
builder.add_edge("look", "answer")
builder.add_edge("answer", END)
graph = builder.compile()
