"""What the train rows give without any model: the bar that a trained application has to clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import fmean
from typing import Any

from llmdl_plugins.data import Example, text_key
from llmdl_plugins.errors import DataError
from llmdl_plugins.layers.retrieved import NEIGHBOURS, Index
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.plain import dumps, plain

_LABELS = 50


@dataclass(frozen=True)
class Baseline:
    """Share of test rows that are right when the answer is taken from the most similar train rows (BM25)."""

    nearest: float
    vote: float
    neighbours: int

    @property
    def best(self) -> float:
        """The better of the two."""
        return max(self.nearest, self.vote)


async def no_model_baseline(train: Sequence[Example], test: Sequence[Example], loss: Loss) -> Baseline | None:
    """The nearest row's answer, and the majority of the ten nearest.

    None where answers are free text, the loss asks a model, or bm25s is not installed.
    """
    answers = {dumps(e.expected): e.expected for e in train}
    if len(answers) > min(_LABELS, len(train) // 4) or getattr(loss, "needs_model", False) or find_spec("bm25s") is None:
        return None
    try:
        key = text_key(train)
    except DataError:
        return None
    index = Index([{"input": _text(e, key), "output": dumps(e.expected)} for e in train])
    nearest = [await _score(index, e, key, 1, answers, loss) for e in test]
    vote = [await _score(index, e, key, NEIGHBOURS, answers, loss) for e in test]
    return Baseline(fmean(nearest), fmean(vote), NEIGHBOURS)


async def _score(index: Index, example: Example, key: str, k: int, answers: Mapping[str, Any], loss: Loss) -> float:
    near = [demo["output"] for demo, _ in index.nearest(_text(example, key), k)]
    if not near:
        return 0.0
    said = max(near, key=near.count)
    return (await loss(answers[said], example)).value


def _text(example: Example, key: str) -> str:
    value = example.inputs[key]
    return value if isinstance(value, str) else dumps(plain(value))
