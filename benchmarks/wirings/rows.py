"""Questions with one or several texts in them, built from labelled rows."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Text = tuple[str, str]  # what somebody says, and its label


@dataclass(frozen=True)
class Item:
    """What is asked, and what is right."""

    inputs: dict[str, str]
    right: str


@dataclass(frozen=True)
class Set:
    """A labelled set: texts to show, texts to ask with, and its labels."""

    shown: Sequence[Text]
    asked: Sequence[Text]
    labels: Sequence[str]

    @classmethod
    def read(cls, path: Path) -> Set:
        """The set of a file whose rows say to which split they belong."""
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        texts = [(row["split"], (row["inputs"]["text"], row["expected"]["label"])) for row in rows]
        asked = [text for split, text in texts if split == "test"]
        return cls([t for split, t in texts if split == "train"], asked, sorted({label for _, (_, label) in texts}))

    def examples(self, each: int) -> list[Text]:
        """So many shown texts of each label, the labels in turn."""
        of = {label: [t for t in self.shown if t[1] == label][:each] for label in self.labels}
        return [of[label][n] for n in range(each) for label in self.labels]

    def singles(self, n: int) -> list[Item]:
        """One text each."""
        return [Item({"question": text}, label) for text, label in draw(self.asked, n, "singles")]


def bags(
    n: int, size: int, make: Callable[[random.Random, int], Sequence[Text]], right: Callable[..., str]
) -> list[Item]:
    """Several texts each, one a paragraph.

    Args:
        n: how many bags.
        size: texts in each.
        make: the texts of a bag.
        right: the answer that is right for one.
    """
    found = []
    for seed in range(n):
        texts = make(random.Random(f"bag {seed}"), size)
        found.append(Item({"question": "\n\n".join(text for text, _ in texts)}, right(texts)))
    return found


def draw(texts: Sequence[Text], n: int, seed: str) -> list[Text]:
    """So many of them, the same ones each time."""
    return random.Random(seed).sample(list(texts), n)
