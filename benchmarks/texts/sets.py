"""Sets of short texts with labels, and the rows that a seed draws from them."""

from __future__ import annotations

import json
import random
import runpy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SIZES = {"train": 100, "val": 40, "test": 60}
NEWS = Path(__file__).parents[2] / "examples" / "news_desk" / "data.py"
FREED = ", answers free"
_NEWS_ROWS = (160, 200)
Row = dict[str, Any]


@dataclass(frozen=True)
class Texts:
    """A set: rows to learn from, and others to test on.

    Args:
        labels: what answers are held to: every label there is; none, where answers are free.
    """

    name: str
    learned: Sequence[Row]
    tested: Sequence[Row]
    labels: Sequence[str]

    def drawn(self, seed: int) -> dict[str, list[Row]]:
        """Train, val and test rows of a seed: each seed has others."""
        draw = random.Random(f"{self.name.removesuffix(FREED)}/{seed}")
        learned = draw.sample(list(self.learned), SIZES["train"] + SIZES["val"])
        test = draw.sample(list(self.tested), SIZES["test"])
        return {"train": learned[: SIZES["train"]], "val": learned[SIZES["train"] :], "test": test}


def freed(texts: Texts) -> Texts:
    """The same rows where any answer may be given: that it is a label, and which there are, the prompt has to say."""
    return replace(texts, name=f"{texts.name}{FREED}", labels=())


def sets(files: Sequence[Path], news: bool) -> Iterator[Texts]:
    """The sets of these files, then the news desks."""
    for file in files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        tested = [row for row in rows if row["split"] == "test"]
        yield _texts(file.stem, [row for row in rows if row["split"] != "test"], tested)
    if news:
        articles = list(runpy.run_path(str(NEWS))["articles"]())
        random.Random(0).shuffle(articles)
        rows = [{"inputs": {"text": text}, "expected": {"label": desk}} for text, desk in articles[: sum(_NEWS_ROWS)]]
        yield _texts("news desks", rows[: _NEWS_ROWS[0]], rows[_NEWS_ROWS[0] :])


def _texts(name: str, learned: Sequence[Row], tested: Sequence[Row]) -> Texts:
    plain = [[{"inputs": r["inputs"], "expected": r["expected"]} for r in rows] for rows in (learned, tested)]
    return Texts(name, *plain, sorted({r["expected"]["label"] for r in plain[0]}))
