"""One optimizer on one set with one seed: what its sealed test said, and which sealed rows were right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from texts.arms import ARMS
from texts.sets import Row, Texts

from llmdl_local import LocalChat
from llmdl_plugins import Trainer, sync
from llmdl_plugins.data import Example
from llmdl_plugins.losses.exact_match import normal
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.network import Network
from llmdl_plugins.report.journal import read_journal
from llmdl_plugins.training.baseline import no_model_baseline

TEACHER = {"max_tokens": 200}
Model = Mapping[str, Any]


def measured(
    texts: Texts, arm: str, seed: int, budget: str, model: Model, teacher: Model, folder: Path
) -> dict[str, Any]:
    """A run as a record; its folder is kept, with every call of the teacher."""
    rows = texts.drawn(seed)
    net, optimizer = ARMS[arm].made(texts.labels, rows["train"], model), ARMS[arm].optimizer()
    told = LocalChat(**TEACHER, **teacher) if optimizer.needs_teacher else None
    given: dict[str, Any] = {"optimizer": optimizer, "teacher": told, "budget": budget, "seed": seed, "folder": folder}
    result = Trainer(net, "exact_match", *rows.values(), node="label", source="text", **given).fit()
    journal = read_journal(folder / "ledger.db")
    trained = result.network or net
    return {
        "model": name_of(model),
        "set": texts.name,
        "optimizer": arm,
        "teacher": taught_by(arm, teacher),
        "seed": seed,
        "status": result.status,
        "tested": [result.before, result.after, *(result.interval or ())],
        "proposed": result.proposed,
        "accepted": result.accepted,
        "refused": Counter(one.why for one in journal.refused),
        "taught": journal.taught,
        "calls": result.spent["calls"],
        "chosen": {n: v for n, v in result.candidate.items() if trained[n].kind == "choice"},
        "start": _right(trained, {}, rows["test"]),
        "end": _right(trained, result.candidate, rows["test"]),
        "no model": no_model(rows),
    }


def name_of(model: Model) -> str:
    """What a model of these settings is called."""
    return LocalChat(**model).model_name


def taught_by(arm: str, teacher: Model) -> str:
    """The name of the teacher; "" for an optimizer that asks none."""
    return name_of(teacher) if ARMS[arm].optimizer().needs_teacher else ""


def _right(net: Network, values: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """A digit a row: whether it is right; where the run asked it the answer is at hand."""
    with net.using(values):
        said = [(net.invoke(row["inputs"])["label"], row["expected"]["label"]) for row in rows]
    return "".join(str(int(normal(got) == normal(want))) for got, want in said)


def no_model(splits: Mapping[str, Sequence[Row]]) -> list[float]:
    """What similar train rows give: the nearest, the vote of ten, the weighted vote of twenty."""
    train, test = (
        [Example(row["inputs"], row["expected"], str(n)) for n, row in enumerate(splits[split])]
        for split in ("train", "test")
    )
    found = sync.run(no_model_baseline(train, test, resolve("exact_match")))
    return [] if isinstance(found, str) else [found.nearest, found.vote, found.weighted]
