"""An agent that acts on the world, as ACT says: in its node, in a tool, in a thread, or at import."""

import multiprocessing
import os
import socket
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph

from llmdl_plugins.testing import ScriptedChat

PROMPT = "You answer the questions of customers. Say yes or no."


class State(TypedDict):
    """A question and its answer."""

    question: str
    answer: str


def call_production() -> None:
    with socket.create_connection(("127.0.0.1", int(os.environ["PRODUCTION"]))) as line:
        line.sendall(b"order\n")


def insert() -> None:
    with closing(sqlite3.connect("stock.db")) as db, db:
        db.execute("INSERT INTO items VALUES ('sold')")


def in_thread() -> None:
    thread = threading.Thread(target=call_production)
    thread.start()
    thread.join()


def in_bare_thread() -> None:
    import _thread

    done = threading.Event()

    def bare() -> None:
        with suppress(Exception):
            call_production()
        done.set()

    _thread.start_new_thread(bare, ())
    done.wait()


def swallowed() -> None:
    with suppress(Exception):
        call_production()


def swallowed_and_asked() -> None:
    swallowed()
    with suppress(Exception):
        ask(call_production)


def harmless() -> None:
    with closing(sqlite3.connect("stock.db")) as db:
        db.execute("SELECT * FROM items").fetchall()
        db.execute("PRAGMA table_info(items)").fetchall()
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE t (a)")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a").write_text("x")
        Path(folder, "a").rename(Path(folder, "b"))
    Path("stock.db").read_bytes()
    Path(os.devnull).write_text("x")
    os.makedirs(".", exist_ok=True)
    socket.socketpair()[0].close()


def fork() -> None:
    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()
    process.join()


def link_out() -> None:
    link = Path(tempfile.gettempdir(), "link")
    link.unlink(missing_ok=True)
    link.symlink_to(Path("written.txt").absolute())
    link.write_text("x")


@tool
def order(item: str) -> str:
    """Order an item."""
    call_production()
    return "ordered"


def ask(act: Callable[[], Any]) -> None:
    def answered(messages: Any, kwargs: Any) -> str:
        act()
        return "yes"

    ScriptedChat(script=answered).invoke("Are you there?")


ACTS = {
    "model that connects": lambda: ask(call_production),
    "model that writes": lambda: ask(lambda: Path("written.txt").write_text("x")),
    "nothing": lambda: None,
    "connect": call_production,
    "look up": lambda: socket.create_connection(("shop.example.com", 443)),
    "datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(
        b"x", ("127.0.0.1", int(os.environ["PRODUCTION"]))
    ),
    "run": lambda: subprocess.run(["touch", "written.txt"], check=True),
    "shell": lambda: os.system("touch written.txt"),
    "spawn": fork,
    "write": lambda: Path("written.txt").write_text("x"),
    "write by link": link_out,
    "make": lambda: os.makedirs("made/deep"),
    "delete": lambda: os.remove("stock.db"),
    "rename": lambda: os.rename("stock.db", "gone.db"),
    "insert": insert,
    "new database": lambda: sqlite3.connect("written.txt").execute("CREATE TABLE t (a)"),
    "thread": in_thread,
    "bare thread": in_bare_thread,
    "swallow": swallowed,
    "swallow and ask": swallowed_and_asked,
    "tool": lambda: order.invoke({"item": "pen"}),
    "harmless": harmless,
}


def shop(state: State) -> dict:
    """Act, then answer."""
    ACTS[os.environ["ACT"]]()
    return {"answer": ScriptedChat(["yes"]).invoke([SystemMessage(PROMPT), HumanMessage(state["question"])]).text}


if when_imported := os.environ.get("ACT_AT_IMPORT"):
    ACTS[when_imported]()

graph = StateGraph(State).add_node("shop", shop).add_edge(START, "shop").add_edge("shop", END).compile()
