"""What architectures scored and cost is told the same, whichever run came home first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.rollout import Rollout, Wanted
from llmdl_plugins.run.space import Space
from llmdl_plugins.run.tally import Tally, Tried
from llmdl_plugins.tape import Tape

ROWS = [Example({"ticket": str(n)}, {}, str(n)) for n in range(3)]
SPACE = Space({"way": ["plain", "wide"]}, {"way": "plain"})
PLAIN: dict[str, str] = {}
Worth = Callable[[Any], Spent]
TRIED, WIDE = {"prompt": "Guess."}, {"way": "wide"}
RUNS = [(PLAIN, 0, "0", 1.0), (PLAIN, 1, "0", 1.0), (PLAIN, 1, "1", 0.0), (TRIED, 0, "0", 0.0), (WIDE, 0, "0", 1.0)]


def test_the_front_is_that_of_the_wording_tried_on_most_rows_in_whatever_order() -> None:
    told = {tuple((one.words, one.rows, one.score) for one in front(order)) for order in permutations(RUNS)}
    assert told == {(("the application as it is", 2, 0.5), ("way = wide", 1, 1.0))}


def test_what_has_no_price_is_not_free() -> None:
    took = iter([Spent(calls=1, tokens=9, usd=0.5), Spent(calls=1, tokens=20, usd=0.0, unpriced=1)])
    plain, wide = front(((PLAIN, 0, "0", 0.5), (WIDE, 0, "0", 1.0)), lambda receipts: next(took))
    assert (plain.words, plain.usd, wide.words, wide.usd) == ("the application as it is", 0.5, "way = wide", None)


def front(
    runs: Sequence[tuple[dict[str, str], int, str, float]], worth: Worth = lambda receipts: Spent(calls=1)
) -> list[Tried]:
    tally = Tally(SPACE, worth)
    for values, number, repetition, score in runs:
        rollout = Rollout(ROWS[number], "scored", score, "", "", Tape())
        tally.add(str(values), Wanted(values, ROWS[number], repetition), rollout)
    return tally.front()
