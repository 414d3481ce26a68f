"""What helped and what did not, in sentences that a run's records bear out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from llmdl_plugins.figures import percent, points, some
from llmdl_plugins.report.diff import shortened
from llmdl_plugins.report.kinds import FIXED, INSTRUCTIONS, OPTIONS, RETRIEVED, family
from llmdl_plugins.report.record import STOPPED, Move, Run
from llmdl_plugins.report.sealed_words import no_model_words, sealed_words

_NAMED = 5
_LONGEST = 300
_TEACHER_WRITES = "textual-gradient"
_SHOWS_EXAMPLES = "demonstrations"


def what_helped(run: Run) -> list[str]:
    """Sentences in the order in which a reader needs them; nothing in them goes beyond the records."""
    moves = run.journal.moves
    if not moves and run.outcome is None:
        return ["Nothing has been proposed yet."]
    return [
        *_accepted(run),
        *_rejected(moves),
        *_instructions(run),
        *_examples(run),
        *_recipe(run),
        *sealed_words(run),
        *no_model_words(run),
    ]


def _accepted(run: Run) -> Iterator[str]:
    taken = [move for move in run.journal.moves if move.accepted]
    if not taken:
        helped = "Nothing helped" if run.outcome else "Nothing helped so far"
        yield f"{helped}: no proposal passed the screen." if run.journal.moves else "Nothing was proposed."
        return
    for move in taken[:_NAMED]:
        word = "Helped" if move.after > move.before else "As good, and taken for being less"
        yield f"{word}: {shortened(move.what, _LONGEST)}. {_figures(move)}"
    if len(taken) > _NAMED:
        yield f"{some(len(taken) - _NAMED, 'more proposal')} passed the screen; the table has them."
    yield "These figures are the screen's, on val rows that steer training; only the sealed test makes a claim."


def _rejected(moves: Sequence[Move]) -> Iterator[str]:
    for sort in (INSTRUCTIONS, FIXED, RETRIEVED, OPTIONS):
        rejected = [move for move in moves if not move.accepted and family(move.moved) == sort]
        if rejected:
            best = max(rejected, key=lambda move: move.probability)
            nearest = "The nearest miss: " if len(rejected) > 1 else ""
            yield f"Did not help: {some(len(rejected), 'proposal')} of {sort}. {nearest}{_figures(best)}"


def _figures(move: Move) -> str:
    rows = some(move.wins + move.losses + move.ties, "val row")
    return (
        f"{percent(move.before)} → {percent(move.after)} ({points(move.after - move.before)} points) on {rows}, "
        f"{move.wins} won, {move.losses} lost ({shortened(move.reason, _LONGEST)})."
    )


def _instructions(run: Run) -> Iterator[str]:
    texts = [m for m in run.journal.moves if "text" in m.moved.values()]
    if texts:
        yield f"Instructions were trained: {sum(m.accepted for m in texts)} of {some(len(texts), 'proposal')} accepted."
    elif run.journal.taught:
        yield (
            "Instructions stay as they were: a teacher was asked, but nothing that it wrote came to the screen"
            f"{_most_refused(run)}."
        )
    elif run.config.optimizer != _TEACHER_WRITES:
        yield (
            f"Instructions were not tried: there was no teacher at work (optimizer {run.config.optimizer}). "
            "Give one with --teacher PROVIDER:NAME --optimizer textual-gradient."
        )
    elif _cut_short(run):
        yield "Instructions were not tried: the run ended before the teacher was asked."
    else:
        yield "Instructions stay as they were: training ended without a new text to compare."


def _most_refused(run: Run) -> str:
    """What most of the texts that could not be tried had wrong."""
    if not (refused := run.journal.refused):
        return ""
    (one, count), *_ = Counter(refused).most_common(1)
    why = f"{one.parameter}: {shortened(one.why, _LONGEST)}"
    return f" ({some(len(refused), 'text')} refused; {count} of them for {why})"


def _examples(run: Run) -> Iterator[str]:
    tried = [m for m in run.journal.moves if family(m.moved) in (FIXED, RETRIEVED)]
    if tried:
        counts = [sum(family(m.moved) == sort for m in tried) for sort in (FIXED, RETRIEVED)]
        taken = sum(m.accepted for m in tried)
        yield f"Worked examples were tried: {counts[0]} fixed, {counts[1]} retrieved for each input; {taken} accepted."
    elif not _cut_short(run) and run.config.optimizer == _SHOWS_EXAMPLES:
        yield (
            "Worked examples were not tried: no run went right and no train row can be shown as it is, or there is no "
            "place for them; --recipe demonstrations makes one."
        )
    elif not _cut_short(run):
        yield f"Worked examples were not tried (optimizer {run.config.optimizer}); --optimizer demonstrations does."


def _recipe(run: Run) -> Iterator[str]:
    recipe = run.config.recipe
    if recipe and not _cut_short(run) and not any("choice" in m.moved.values() for m in run.journal.moves):
        yield (
            f"The recipe {recipe} was not tried: the optimizer {run.config.optimizer} proposed no choice. "
            f"`llmdl search … --space {recipe}` does."
        )


def _cut_short(run: Run) -> bool:
    return run.outcome is None or run.outcome.status == STOPPED
