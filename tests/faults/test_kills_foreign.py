"""Kill -9 in the midst of an optimizer of somebody else: the same command ends the run as if nothing had happened."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from .runs import AGENT, fit, ground, killed, repeats, same

ROLLOUTS, CALLS = 9, 2  # under way at once, and of each
NAMES = (
    "dspy:bootstrap-few-shot",
    "dspy:bootstrap-few-shot-with-random-search",
    "dspy:bootstrap-few-shot-with-optuna",
    "dspy:knn-few-shot",
    "dspy:copro",
    "dspy:miprov2",
    "dspy:gepa",
    "dspy:infer-rules",
    "dspy:simba",
    "dspy:ensemble",
    "dspy:better-together",
    "gepa",
)

pytestmark = [pytest.mark.long, pytest.mark.skipif(find_spec("dspy") is None, reason="not installed: dspy")]


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_on_after_a_kill(tmp_path: Path, name: str) -> None:
    def command(folder: str) -> list[object]:
        more = ["--node", "solve"] if "knn" in name else []
        return fit(AGENT, folder, "--optimizer", name, "--teacher", "openai:mock", *more)

    with ground(tmp_path) as place:
        whole = place.ended(*command("runs/whole"))
        assert place.stats()["calls"] == place.ledger("runs/whole") == whole["spent"]["calls"]
        place.reset()
        run = killed(place, command("runs/k"), "runs/k", kills=2, seed=1, step=whole["spent"]["calls"] // 2)
        assert run.kills >= 1 and same(run.result) == same(whole)
        assert 0 <= repeats(place, "runs/k") <= run.kills * ROLLOUTS * CALLS
