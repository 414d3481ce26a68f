"""What happens once: finding the prompts of a project, and opening and closing the door."""

from __future__ import annotations

import importlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from llmdl_langgraph.finding.discover import discover
from llmdl_plugins.door import boundary

ROUNDS, MODULES = 5, 100
NEWS_DESK = Path(__file__).parent.parent.parent / "examples" / "news_desk"
_MODULE = '''"""Part {n} of a large project."""

from langchain_core.messages import HumanMessage, SystemMessage

PROMPT_{n} = """You are the clerk of department {n}.
Read what the customer of department {n} writes, and answer in one friendly sentence."""
RULES_{n} = "Department {n} never gives money back; say so where a customer of department {n} asks for it."
LIMITS_{n} = {{"days": {n}, "name": "department {n}"}}


def messages_{n}(state):
    asked = f"The customer of department {n} writes: {{state['question']}}. What do you answer?"
    return [SystemMessage(PROMPT_{n} + RULES_{n}), HumanMessage(asked)]


def node_{n}(state):
    return {{"answer": state["model"].invoke(messages_{n}(state)).text}}
'''
_GRAPH = """from typing import Any, TypedDict
from langgraph.graph import StateGraph
{imports}

class State(TypedDict, total=False):
    question: str
    answer: str
    model: Any

builder = StateGraph(State)
builder.add_sequence([{nodes}])
builder.set_entry_point("node_0")
graph = builder.compile()
"""


def finding(rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in milliseconds of CPU time."""
    sys.path.insert(0, str(NEWS_DESK))
    news = importlib.import_module("agent").graph
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        large = [_project(Path(folder), n) for n in range(rounds)]
        found = len(discover(large[0]).texts)
        return {
            "discovery in examples/news_desk, ms": _middle([lambda: discover(news)] * rounds),
            f"discovery in {MODULES} modules with {found} prompts, ms": _middle([_searched(g) for g in large]),
            "door opened and closed, ms": _middle([_opened] * rounds),
        }


def _project(folder: Path, number: int) -> Any:
    package = folder / f"project_{number}"
    package.mkdir()
    for n in range(MODULES):
        (package / f"part_{n}.py").write_text(_MODULE.format(n=n), "utf-8")
    imports = "\n".join(f"from {package.name}.part_{n} import node_{n}" for n in range(MODULES))
    nodes = ", ".join(f"node_{n}" for n in range(MODULES))
    (package / "agent.py").write_text(_GRAPH.format(imports=imports, nodes=nodes), "utf-8")
    importlib.invalidate_caches()
    return importlib.import_module(f"{package.name}.agent").graph


def _searched(graph: Any) -> Callable[[], object]:
    return lambda: discover(graph)


def _opened() -> None:
    with boundary.door():
        pass


def _middle(works: list[Callable[[], object]]) -> float:
    times = []
    for work in works:
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1e3)
    return statistics.median(times)
