"""The page that goes with a patch: what a reviewer has to know, as Markdown that fits into a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.figures import chance, percent, points, some, times
from llmdl_plugins.report.changes import changes
from llmdl_plugins.report.markdown import code, escaped, word_changes
from llmdl_plugins.report.record import IMPROVED, Felt, Move, Run
from llmdl_plugins.report.sealed_words import caution, no_model_words, opened_words, sealed_words
from llmdl_plugins.report.verdict import verdict

TITLE = "# Trained prompts for review"
_MODES = 5


@dataclass(frozen=True)
class Row:
    """A line of the table of costs."""

    name: str
    before: str
    after: str


def review(run: Run, checks: Sequence[Check], verified: Verification | None, patch: str) -> str:
    """The page as text.

    Args:
        run: the run that the patch comes from.
        checks: what was tried on the exported application.
        verified: what the comparison of messages gave; None where it was not asked for.
        patch: the name of the patch file.
    """
    return (
        _environment()
        .get_template("review.md")
        .render(
            title=TITLE,
            run=run,
            tested=run.tested,
            sealed=run.journal.sealed,
            verdict=verdict(run),
            caution=caution(run),
            changes=changes(run.outcome.parameters) if run.outcome else [],
            moves_of=lambda name: [m for m in run.journal.moves if m.accepted and name in m.parameters],
            modes_of=lambda name: _modes(run.journal.felt, name),
            costs=_costs(run),
            checks=checks,
            verified=verified,
            limits=_limits(run, verified),
            patch=patch,
        )
    )


def _modes(felt: Sequence[Felt], name: str) -> list[tuple[str, int]]:
    """What was said about a parameter over the whole run, most often first."""
    counts: dict[str, int] = {}
    for one in felt:
        if one.parameter == name:
            counts[one.words] = counts.get(one.words, 0) + one.count
    return sorted(counts.items(), key=lambda said: -said[1])[:_MODES]


def _costs(run: Run) -> list[Row]:
    told = run.journal.sealed
    if told is None:
        return []
    return [
        Row("model calls", *_both(told.before.calls, told.after.calls, ".2f")),
        Row("tokens in", *_both(told.before.input_tokens, told.after.input_tokens, ",.0f")),
        Row("tokens out", *_both(told.before.output_tokens, told.after.output_tokens, ",.0f")),
        Row("waiting for models (s)", *_both(told.before.seconds, told.after.seconds, ".3f")),
        Row("price (US dollars)", *_both(told.before.usd, told.after.usd, ".6f", "unknown: no prices were given")),
    ]


def _both(before: float | None, after: float | None, form: str, none: str = "unknown") -> tuple[str, str]:
    return (none if before is None else f"{before:{form}}"), (none if after is None else f"{after:{form}}")


def _limits(run: Run, verified: Verification | None) -> list[str]:
    """What a reader might take for shown, and was not."""
    told = run.tested
    of_test = opened_words(told) if told and told.status == IMPROVED else sealed_words(run)
    shown = [*of_test, *no_model_words(run)]
    if verified is None:
        shown.append("Messages of the patched copy were not compared: llmdl export RUN --verify ROWS does that.")
    if run.journal.sealed is None:
        shown.append("What a request takes was not recorded by this run.")
    return [
        *shown,
        "The claim is about rows like those of this data set, and about the models that the run asked. "
        "Other inputs, other models and later versions of the same model were not tried.",
        "Times are those of the training run, with other requests beside it; they are no load test.",
    ]


def _figures(move: Move) -> str:
    rows = some(move.wins + move.losses + move.ties, "val row")
    return f"{percent(move.before)} → {percent(move.after)} on {rows}, {move.wins} won, {move.losses} lost"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("llmdl_plugins.report"),
        autoescape=False,  # the filters below escape for Markdown, whose rules autoescape does not know
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown: dict[str, Any] = {
        "e": escaped, "code": code, "diff": word_changes, "figures": _figures,
        "percent": percent, "points": points, "chance": chance, "times": times,
    }  # fmt: skip
    made.filters |= shown
    return made
