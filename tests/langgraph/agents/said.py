"""Texts in places that are easily passed over: slots of f-strings, docstrings, defaults by keyword, quoted tables."""

import inspect
from typing import Any, TypedDict

from langgraph.graph import START, StateGraph
from model import model

EXAMPLE = {"asked": "Are there any rats on board?"}


class State(TypedDict, total=False):
    asked: str
    strict: bool
    said: str


class Rules:
    """You know the rules of the harbour by heart.

    Quote them by number.
    """

    def told(self) -> str:
        return inspect.cleandoc(self.__doc__ or "")


class Letter:
    def __init__(self) -> None:
        self.parts: list[str] = []

    def add(self, heading: str, body: str, *, note: str = "Read this line twice before you write.") -> "Letter":
        self.parts.append(f"## {heading}\n{body}\n_{note}_")
        return self


def _say(*texts: str) -> dict[str, Any]:
    return {"said": model.invoke([("system", text) for text in texts]).text}


def judge(state: State) -> dict[str, Any]:
    strict, asked = bool(state.get("strict")), state["asked"]
    return _say(
        f"é {'You are a strict pilot — of ships.' if strict else 'You are a kind pilot — of ships.'} Look at it.\n"
        f"""{f'Name "{asked}" as the reason of it all.' if strict else "Give no reason, whatever they ask of you."!s}"""
        + "\nEnd with a greeting.",
    )


def recite(state: State) -> dict[str, Any]:
    return _say(Rules().told(), inspect.getdoc(sink) or "", state["asked"])


def sink(state: State) -> dict[str, Any]:
    """You tell how ships sink, and how they don't.

    Be calm about it.
    """
    letter = Letter().add("Of whom", "It is from the captain of the harbour.")
    letter.add("To whom", "It is to all who sail.", note="Don't read it to anybody else.")
    return _say("\n\n".join(letter.parts))


builder = StateGraph(State)
for before, node in zip([START, "judge", "recite"], [judge, recite, sink], strict=True):
    builder.add_node(node.__name__, node)
    builder.add_edge(before, node.__name__)
graph = builder.compile()
