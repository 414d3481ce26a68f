"""Of a notebook only what defines the graph is run: settings and definitions, but no trial run of anything."""

from __future__ import annotations

from llmdl_plugins.notebook.needed import needed_for

SOURCE = '''
import os, getpass
from dotenv import load_dotenv
from IPython.display import display
load_dotenv()
os.environ["MODEL"] = "small"
def _set_env(name):
    os.environ[name] = getpass.getpass()
_set_env("KEY")
docs = load(URLS)
store = Store(docs)
question = "What?"; docs = store.search(question)
print(chain.invoke({"docs": docs}))
answer = chain.invoke(docs)
MODEL = make()
def node(state):
    docs = store.search(state["q"])
    return MODEL.invoke(docs)
builder = Graph()
builder.add_node("n", node)
register(builder)
if True:
    builder.add_edge("a", "n")
graph = builder.compile()
display(graph.draw())
for piece in graph.stream({"q": """a
b"""}):
    print(piece)
graph.name = "x"
'''
NEEDED = """
import os, getpass
from dotenv import load_dotenv
from IPython.display import display
load_dotenv()
os.environ["MODEL"] = "small"
def _set_env(name):
    os.environ[name] = getpass.getpass()
pass
docs = load(URLS)
store = Store(docs)
pass; pass
pass
pass
MODEL = make()
def node(state):
    docs = store.search(state["q"])
    return MODEL.invoke(docs)
builder = Graph()
builder.add_node("n", node)
register(builder)
if True:
    builder.add_edge("a", "n")
graph = builder.compile()
pass
pass


graph.name = "x"
"""


def test_what_a_name_needs_is_kept_and_lines_stay_in_place() -> None:
    assert needed_for(SOURCE, "graph") == NEEDED


def test_another_name_needs_less() -> None:
    assert "builder = Graph()" not in needed_for(SOURCE, "MODEL")


def test_a_name_that_is_made_anew_is_that_of_the_end() -> None:
    assert needed_for("a = 1\na = 2\nb = a\n", "b") == "pass\na = 2\nb = a\n"
