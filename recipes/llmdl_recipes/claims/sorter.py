"""The application that every arm is built on: one prompt with worked examples, one model, one label as the answer."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda

from llmdl_plugins.data import Example
from llmdl_plugins.errors import DataError
from llmdl_plugins.loading import load
from llmdl_plugins.network import Network, trainable

TEXT, NODE = "question", "chain"
_FEWEST = 80
_EMBEDDED = MappingProxyType({"temperature": 0.7, "seed": -1, "max_tokens": 40})


@dataclass(frozen=True)
class Sorting:
    """A labelled set, cut once.

    Args:
        name: of the set.
        labels: all there are.
        shown: rows that examples are taken from, and that optimizers train on.
        asked: rows that arms are measured on; nothing is trained on them.
    """

    name: str
    labels: Sequence[str]
    shown: Sequence[Example]
    asked: Sequence[Example]

    def examples(self, each: int) -> list[tuple[str, str]]:
        """So many texts of each label with it, the labels in turn."""
        of = {label: [e for e in self.shown if label_of(e) == label][:each] for label in self.labels}
        return [(text_of(e), label) for n in range(each) for label in self.labels for e in of[label][n : n + 1]]


def read(path: Path, seed: int = 0, asked: int = 100) -> Sorting:
    """The rows of a file, `{"inputs": {one key: text}, "expected": {one key: label}}`.

    Args:
        asked: how many of them to measure on, at most half.

    Raises:
        DataError: too few rows, or rows that are no text with a label.
    """
    rows = load(path)
    told = [Example({TEXT: text_of(row)}, label_of(row), id=str(n)) for n, row in enumerate(rows)]
    if len(told) < _FEWEST:
        raise DataError(f"{path} has {len(told)} rows: claims are measured on {_FEWEST} or more.")
    order = random.Random(f"claims {seed}").sample(told, len(told))
    cut = min(asked, len(order) // 2)
    labels = sorted({label_of(row) for row in told})
    return Sorting(path.stem, labels, order[cut:], order[:cut])


def text_of(row: Example) -> str:
    """What a row asks."""
    return _only(row.inputs, row)


def label_of(row: Example) -> str:
    """What is right."""
    return _only(row.expected, row)


def _only(held: Any, row: Example) -> str:
    values = list(held.values()) if isinstance(held, dict) else [held]
    value = values[0] if len(values) == 1 else None
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value = value[0].get("content")  # a text that is the only message
    if not isinstance(value, str) or not value.strip():
        raise DataError(
            f"Row {row.id!r} is no text with a label: {{'inputs': {{'text': …}}, 'expected': {{'label': …}}}}."
        )
    return value


def sorter(model: BaseChatModel, task: str, answers: Sequence[str], examples: Sequence[tuple[str, str]]) -> Network:
    """A chain that answers one text with one of the answers; all arms have the same examples and answers."""
    shown = "\n\n".join(f"Text: {text}\nAnswer: {answer}" for text, answer in examples)
    words = f"{task} Answer with one of: {', '.join(answers)}." + (f"\n\n{shown}" if shown else "")
    prompt = ChatPromptTemplate.from_messages([("system", _braced(words)), ("user", f"{{{TEXT}}}")])
    chain = prompt | answering(model, answers) | StrOutputParser() | RunnableLambda(_first(answers))
    network = trainable(chain)
    network.unfreeze(f"{NODE}/*")
    return network


def answering(model: BaseChatModel, answers: Sequence[str]) -> Any:
    """The model; one that takes a grammar can say nothing but an answer."""
    if not _is_embedded(model):
        return model
    return model.bind(grammar="%llguidance {}\nstart: " + " | ".join(json.dumps(answer) for answer in answers))


def _first(answers: Sequence[str]) -> Any:
    """The answer that a text names first; the text where it names none."""

    def first(said: str) -> str:
        low = said.casefold()
        named = [(low.find(answer.casefold()), -len(answer), answer) for answer in answers]
        return min((one for one in named if one[0] >= 0), default=(0, 0, said))[2]

    return first


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def own(model: BaseChatModel) -> BaseChatModel:
    """A model as a study asks it: the embedded one draws, so that votes differ, and stops early; others as given."""
    return model.model_copy(update=dict(_EMBEDDED)) if _is_embedded(model) else model


def _is_embedded(model: BaseChatModel) -> bool:
    return type(model).__name__ == "LocalChat"
