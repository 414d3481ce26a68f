"""What the train rows give without any model: the bar that a trained application has to clear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import fmean

from llmdl_plugins.data import Example, text_key
from llmdl_plugins.errors import DataError
from llmdl_plugins.layers.retrieved import NEIGHBOURS, Demo, Index, support
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.plain import dumps
from llmdl_plugins.updates import asked

_LABELS = 50
_VOTERS = 10


@dataclass(frozen=True)
class Baseline:
    """Share of test rows that are right when the answer is taken from similar train rows (BM25) and no model is asked.

    Args:
        nearest: the answer of the most similar row.
        vote: the majority of the ten most similar.
        weighted: of the twenty most similar, weighted by squared similarity: the order in which retrieved
            demonstrations are chosen.
    """

    nearest: float
    vote: float
    weighted: float


async def no_model_baseline(train: Sequence[Example], test: Sequence[Example], loss: Loss) -> Baseline | str:
    """What similar train rows give, or why it can't be told."""
    answers = {dumps(e.expected): e.expected for e in train}
    if why := _unfit(train, test, len(answers), loss):
        return why
    try:
        key = text_key(train)
    except DataError:
        return "no key holds the text of the rows"

    def text(e: Example) -> str:
        return asked(e.inputs, key) if key in e.inputs else ""

    index = Index([{"input": text(e), "output": dumps(e.expected)} for e in train])
    near = [index.nearest(text(e), NEIGHBOURS) for e in test]

    async def share(choose: Callable[[Sequence[tuple[Demo, float]]], str]) -> float:
        said = [answers[choose(pairs)] if pairs else None for pairs in near]
        return fmean([(await loss(answer, e)).value for answer, e in zip(said, test, strict=True)])

    try:
        return Baseline(await share(_nearest), await share(_majority), await share(lambda pairs: support(pairs)[0]))
    except Exception as error:  # a user's loss may read more of the final state than the answer
        return f"the loss {loss.name} raised {type(error).__name__}: {error}"


def _unfit(train: Sequence[Example], test: Sequence[Example], answers: int, loss: Loss) -> str:
    """Why these rows and this loss have no such bar."""
    if any(e.has_turns for e in (*train, *test)):
        return "rows are conversations"
    if answers > min(_LABELS, len(train) // 4):
        return f"{answers} different answers on {len(train)} train rows are too many to be looked up"
    if getattr(loss, "needs_model", False):
        return "the loss asks a model"
    return "" if find_spec("bm25s") else "it needs bm25s: pip install 'llmdl-plugins[retrieval]'"


def _nearest(near: Sequence[tuple[Demo, float]]) -> str:
    return near[0][0]["output"]


def _majority(near: Sequence[tuple[Demo, float]]) -> str:
    said = [demo["output"] for demo, _ in near[:_VOTERS]]
    return max(said, key=said.count)
