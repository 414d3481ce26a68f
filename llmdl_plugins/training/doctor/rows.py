"""Are the rows fit to train and test on?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from llmdl_plugins.data import Example, gaps
from llmdl_plugins.figures import percent
from llmdl_plugins.plain import dumps, plain
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.finding import Finding, State
from llmdl_plugins.training.sealed import units

_LABELS = 50
_LOPSIDED = 0.8
_LONG = 100_000
_NAMED = 3


def of_rows(case: Case) -> Iterator[Finding]:
    """Splits, duplicates, contradictions, balance, rows without an answer, and the longest."""
    yield _splits(case)
    yield from _twins(case)
    for what in gaps(case.rows):
        yield Finding("data", "!!", what, "fill it in, or take the row out")
    yield from _contradictions(case.rows)
    yield _answers(case.rows)
    yield _longest(case.rows)


def _splits(case: Case) -> Finding:
    if case.splits is None:
        return Finding("data", "!!", case.unsplit, figures={"rows": len(case.rows)})
    sizes = {name: len(getattr(case.splits, name)) for name in ("train", "val", "test")}
    tested = units(case.splits)
    apart = f", {tested} of them distinct" if tested < sizes["test"] else ""
    return Finding(
        "data",
        "ok",
        f"{len(case.rows)} rows: {sizes['train']} train, {sizes['val']} val, {sizes['test']} test (sealed{apart})",
        figures={"rows": len(case.rows), **sizes, "test_units": tested},
    )


def _twins(case: Case) -> Iterator[Finding]:
    twice = len(case.rows) - len({row.key for row in case.rows})
    across = list(case.splits.twins) if case.splits else []
    figures = {"duplicates": twice, "across": len(across)}
    if across:
        what = f"{len(across)} train or val rows have a near-duplicate in test ({_some(across)})"
        yield Finding("data", "!!", what, "take them out of one of the files", figures)
    elif twice:
        yield Finding(
            "data", "ok", f"{twice} rows stand there twice; duplicates share a split, and count once", "", figures
        )
    else:
        yield Finding("data", "ok", "no duplicates across splits", figures=figures)


def _contradictions(rows: Sequence[Example]) -> Iterator[Finding]:
    answers: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if row.expected is not None:
            answers[row.twin_key].setdefault(dumps(plain(row.expected)), row.id)
    against = [list(ids.values()) for ids in answers.values() if len(ids) > 1]
    if against:
        pairs = [" and ".join(ids[:2]) for ids in against]
        what = f"{len(against)} inputs stand there with different answers (rows {_some(pairs)})"
        yield Finding(
            "data", "!!", what, "keep the right one: no prompt can satisfy both", {"contradictions": len(against)}
        )


def _answers(rows: Sequence[Example]) -> Finding:
    without = [row.id for row in rows if row.expected in (None, "", {})]
    if without:
        what = f"{len(without)} of {len(rows)} rows expect nothing ({_some(without)})"
        state: State = "??" if len(without) == len(rows) else "!!"
        return Finding(
            "data", state, what, "fine if the loss needs no answer, else give them one", {"without": len(without)}
        )
    counts = Counter(dumps(plain(row.expected)) for row in rows)
    label, most = counts.most_common(1)[0]
    share = most / len(rows)
    figures = {"answers": len(counts), "largest_share": share, "least": min(counts.values())}
    if share >= _LOPSIDED:
        what = f"{label} is the answer of {percent(share, 0)} of the rows, so always saying it scores that"
        return Finding("data", "!!", what, "add rows of the others, or take a loss that weighs them", figures)
    if len(counts) > min(_LABELS, len(rows) // 2):
        return Finding("data", "ok", f"{len(counts)} different answers", figures=figures)
    what = f"{len(counts)} different answers; the most frequent, {label}, on {percent(share, 0)} of the rows"
    return Finding("data", "ok", what, figures=figures)


def _longest(rows: Sequence[Example]) -> Finding:
    sizes = {row.id: len(dumps(plain(row.given))) for row in rows}
    name = max(sizes, key=sizes.__getitem__)
    middle = sorted(sizes.values())[len(sizes) // 2]
    what = f"the longest input is row {name} with {sizes[name]:,} characters (median {middle:,})"
    figures = {"longest": sizes[name], "median": middle}
    if sizes[name] > _LONG:
        return Finding("data", "!!", what, "see that it fits the model's context", figures)
    return Finding("data", "ok", what, figures=figures)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
