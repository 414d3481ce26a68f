"""The nodes that recipes are put around: a prompt with examples, the embedded model, an answer out of a list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from wirings.rows import Text

from llmdl_local import LocalChat
from llmdl_plugins import Network, trainable


def model(answers: Sequence[str] | None = None, temperature: float = 0.0, tokens: int = 24) -> Any:
    """The embedded model; with answers, it says one of them, drawn where the temperature is above 0."""
    own: dict[str, Any] = {"servers": 1, "slots": 4, "context": 8192, "max_tokens": tokens, "temperature": temperature}
    if temperature:
        own["seed"] = -1  # another draw each time
    return LocalChat(**own).bind(grammar=one_of(answers)) if answers else LocalChat(**own)


def one_of(answers: Sequence[str]) -> str:
    """A grammar of these answers."""
    return "%llguidance {}\nstart: " + " | ".join(json.dumps(answer) for answer in answers)


def node(instruction: str, answers: Sequence[str], temperature: float = 0.0, asks: str = "{question}") -> Network:
    """A chain that gives one of the answers, its instruction free to be another one in a copy."""
    prompt = ChatPromptTemplate.from_messages([("system", braced(instruction)), ("user", asks)])
    network = trainable(prompt | model(answers, temperature) | StrOutputParser())
    network.unfreeze("chain/*")
    return network


def sorting(labels: Sequence[str], examples: Sequence[Text]) -> str:
    """The instruction to sort a text, with examples."""
    shown = "\n\n".join(f"Text: {text}\nLabel: {label}" for text, label in examples)
    return f"Sort the text. Answer with one label: {', '.join(labels)}.\n\n{shown}"


def braced(text: str) -> str:
    """A text as a template that holds no variable."""
    return text.replace("{", "{{").replace("}", "}}")
