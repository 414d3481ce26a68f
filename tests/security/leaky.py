"""An application that does all that one shouldn't: it writes keys into prompts, states, tools, errors and addresses."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from pydantic import Field, PrivateAttr, SecretStr

IN_ENV, IN_DOTENV = "env-Zq8-planted-value-1", "dotenv-Zq8-planted-value-2"
IN_FIELD, IN_HEADER = "field-Zq8-planted-value-3", "header-Zq8-planted-value-4"
IN_URL, IN_QUERY = "url-Zq8-planted-value-5", "query-Zq8-planted-value-6"
LOOKS_LIKE = ["sk-Zq8planted00000000000007", "AKIAZQ8PLANTED000008", "ghp_Zq8planted00000000000000000009"]
HOST, ORGANIZATION = "inside.planted.example:8443", "planted-organization-10"
NAMED = [IN_ENV, IN_DOTENV, IN_FIELD, IN_HEADER, IN_URL, IN_QUERY, HOST, ORGANIZATION]


class Keyed(BaseChatModel):
    """A model with keys in all its fields, which says some of them; it counts its calls."""

    api_key: SecretStr = SecretStr(IN_FIELD)
    base_url: str = f"https://me:{IN_URL}@{HOST}/v1?key={IN_QUERY}"
    organization: str = ORGANIZATION
    default_headers: dict[str, str] = Field(default_factory=lambda: {"X-Planted": IN_HEADER})
    say: Callable[[str], str]
    _calls: list[str] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "keyed"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {
            "model": "keyed-1",
            "base_url": self.base_url,
            "organization": self.organization,
            "model_kwargs": {"headers": self.default_headers, "user": IN_ENV},
        }

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        text = "\n".join(str(m.content) for m in messages)
        self._calls.append(text)
        if "row 3 " in text:
            raise ConnectionError(f"POST {self.base_url} with {IN_HEADER} failed")
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.say(text)))])


class State(TypedDict, total=False):
    """A question and what comes of it."""

    question: str
    answer: str
    seen: str


@tool
def look_up(question: str) -> str:
    """Look something up."""
    return f"found with {os.environ['PLANTED_API_KEY']}"


def graph_of(model: BaseChatModel, number: str = "7") -> Any:
    """A graph on this model.

    Args:
        number: what it answers where the prompt doesn't say better.
    """

    def answer(state: State) -> State:
        seen = look_up.invoke({"question": state["question"]})
        if "row 5 " in state["question"]:
            raise RuntimeError(f"refused by {IN_DOTENV}")
        asked = [SystemMessage("Answer with a number, as short as you can."), HumanMessage(state["question"] + seen)]
        said = str(model.invoke(asked, extra_headers={"Authorization": f"Bearer {IN_FIELD}"}).content)
        return {"answer": "7" if "7" in said else "0", "seen": f"{seen} {said}"}

    made = StateGraph(State)
    made.add_node("answer", answer)
    made.add_edge(START, "answer")
    made.add_edge("answer", END)
    return made.compile()


def says(text: str) -> str:
    """What the model answers: the number where it was asked politely, and a key."""
    if "Write an improved prompt" in text:
        return f"<prompt>Please answer with a number, as short as you can. {'' if 'used' in text else IN_ENV}</prompt>"
    if "Give feedback" in text:
        return f"The prompt lacks the word please, and it should say {IN_ENV}."
    return f"{7 if 'Please' in text else 1}, and my key is {IN_ENV} at {HOST}"


def rows() -> list[dict[str, Any]]:
    """Rows in which somebody left keys."""
    keys = [*LOOKS_LIKE, f"postgres://me:{IN_URL}@db/x"]
    return [
        {"inputs": {"question": f"row {n} of the ledger, {keys[n % 4]}?"}, "expected": {"answer": "7"}, "id": f"r{n}"}
        for n in range(80)
    ]


def found_in(folder: Path, secrets: list[str]) -> list[str]:
    """Which secrets stand anywhere in a folder, and where."""
    files = [(p, p.read_bytes()) for p in folder.rglob("*") if p.is_file()]
    return [f"{secret} in {p.name}" for p, held in files for secret in secrets if secret.encode() in held]
