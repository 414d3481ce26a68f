"""Two applications that workers load by name: a node that computes, and nodes that only wait for a model."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from costs.traffic import Slow, State, asking
from langgraph.graph import END, START, StateGraph

TEXT = "The parcel of 12,5 kg was seen in Lyon; nobody signed for it, and it went on to Turin at 9:40. " * 1_900


def heavily(state: State) -> Any:
    """About 20 ms of one core: a text is taken apart."""
    words = Counter(word.lower() for word in re.findall(r"\w+|[^\w\s]", f"{state['ticket']} {TEXT}"))
    return {"ticket": f"{state['ticket']} ({len(words)} words)"}


def at_once(number: int) -> float:
    """A model that answers at once."""
    return 0.0


def after_a_while(number: int) -> float:
    """A model that takes as long as a hosted one, or a little less."""
    return 0.05


def _heavy() -> Any:
    model = Slow(latency=at_once)

    async def read(state: State) -> Any:
        return heavily(state)

    async def ask(state: State) -> State:
        return {"answer": (await model.ainvoke(f"Answer in one word.\n\n{state['ticket']}")).text}

    builder = StateGraph(State)
    builder.add_node("read", read)
    builder.add_node("ask", ask)
    builder.add_edge(START, "read")
    builder.add_edge("read", "ask")
    builder.add_edge("ask", END)
    return builder.compile()


computing = _heavy()
waiting = asking(Slow(latency=after_a_while))
