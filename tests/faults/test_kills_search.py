"""Kill -9 in a search: it goes on among the same architectures, and ends as an unbroken one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from llmdl_plugins.plugins.catalogue import catalogue

from .runs import HERE, Killed, ground, killed, repeats, same

IN_FLIGHT = 8 * 3  # rollouts at once, the draws of a vote side by side
STRATEGIES = ("random", "halving", "evolution", "structured", "tpe")


def search(strategy: str, folder: str, *more: object) -> list[object]:
    return [HERE / "agents" / "searching.py", strategy, folder, *more]


def resumed(path: Path, strategy: str, kills: int, seed: int, runs: int = 160, *budget: str) -> Killed:
    """A search that was killed and came to the result of one that nobody killed."""
    alone = strategy.rpartition("+")[2]
    if lacks := [name for name in catalogue("searches")[alone].spec.requires if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacks)}")
    with ground(path, seed) as place:
        whole = place.ended(*search(strategy, "runs/whole", runs, *budget))
        calls = place.ledger("runs/whole")
        assert place.stats()["calls"] == calls == whole["spent"]["calls"]
        place.reset()
        run = killed(place, search(strategy, "runs/k", runs, *budget), "runs/k", kills, seed, step=calls // kills)
        assert whole["proposed"] and same(run.result) == same(whole)
        assert run.result["front"] == whole["front"], "what was seen of each architecture is seen again"
        assert 0 <= repeats(place, "runs/k") <= run.kills * IN_FLIGHT
    return run


@pytest.mark.long
def test_a_search_that_is_killed_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    assert resumed(tmp_path, "portfolio", kills=2, seed=1, runs=90).kills >= 1


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_kills_at_seeded_moments_of_every_strategy(tmp_path: Path, strategy: str, seed: int) -> None:
    assert resumed(tmp_path, strategy, 8, seed).kills >= 4


@pytest.mark.long
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_kills_under_a_budget_that_ends_the_search(tmp_path: Path, strategy: str) -> None:
    assert resumed(tmp_path, strategy, 6, 1, 160, "400 calls").kills >= 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("strategy", ["halving", "structured"])
def test_kills_where_prompts_and_architecture_take_turns(tmp_path: Path, strategy: str, seed: int) -> None:
    assert resumed(tmp_path, f"textual-gradient+{strategy}", 8, seed, 160, "900 calls").kills >= 4
