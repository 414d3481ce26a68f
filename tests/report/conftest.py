"""Run folders as runs leave them, made without a run: the ledger is a real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.door.scope import Call
from llmdl_plugins.run.ledger import Ledger

CONFIG: dict[str, Any] = {
    "target": "app.py:graph",
    "recipe": "demonstrations",
    "node": "route",
    "data": "d1",
    "network": "n1",
    "loss": "exact_match",
    "optimizer": "textual-gradient",
    "seed": 7,
    "splits": {"train": ["a", "b"], "val": ["c"], "test": ["d"]},
}
RESULT: dict[str, Any] = {
    "status": "improved",
    "before": 0.5,
    "after": 0.7,
    "gain": 0.2,
    "interval": [0.1, 0.3],
    "p": 0.001,
    "method": "McNemar exact, Tango interval",
    "discordant": 30,
    "test_size": 100,
    "groups": 100,
    "openings": 1,
    "accepted": 1,
    "proposed": 2,
    "spent": {"calls": 12, "tokens": 3400, "usd": 0.02, "seconds": 5.0},
    "parameters": {
        "route/prompt": {"before": "Be brief.", "after": "Be brief and kind."},
        "route/chosen": {"before": "plain", "after": "static"},
        "route/static/demos": {"before": [], "after": [{"input": "q", "output": "a"}] * 5},
    },
    "seed": 7,
    "versions": {"python": "3.12.1"},
}
FLIP: dict[str, Any] = {
    **{"row": "d", "before": 1.0, "after": 0.0, "asked": "Which desk?", "expected": "news"},
    **{"said_before": "news", "said_after": "sport"},
}
BASELINE: dict[str, Any] = {"nearest": 0.4, "vote": 0.45, "weighted": 0.42}

Make = Callable[..., Path]


def move(what: str, parameters: Sequence[str], accepted: bool, probability: float = 0.5) -> dict[str, Any]:
    told = {"what": what, "parameters": list(parameters), "accepted": accepted, "probability": probability}
    return {**told, "wins": 5, "losses": 2, "ties": 25, "before": 0.5, "after": 0.6, "reason": f"P = {probability}"}


TEXT_TAKEN = move("new text for route/prompt", ["route/prompt"], True, 0.95)
TEXT_LEFT = move("another text for route/prompt", ["route/prompt"], False, 0.6)
FIXED_LEFT = move("5 fixed examples", ["route/chosen", "route/static/demos"], False)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A run folder with these records; a result of None is a run under way."""

    def made(
        result: Any = RESULT,
        moves: Sequence[Any] = (TEXT_TAKEN, TEXT_LEFT),
        baseline: Any = BASELINE,
        config: Any = CONFIG,
        paths: Sequence[str] = ("route",),
        refused: Sequence[Any] = (),
        flips: Sequence[Any] = (FLIP,),
    ) -> Path:
        folder = tmp_path / "run"
        folder.mkdir(mode=0o700)
        (folder / "config.json").write_text(json.dumps(config))
        if result is not None:
            (folder / "result.json").write_text(json.dumps(result))
        _record(folder / "ledger.db", moves, baseline, paths, refused, flips)
        return folder

    return made


def _record(
    path: Path,
    moves: Sequence[Any],
    baseline: Any,
    paths: Sequence[str],
    refused: Sequence[Any],
    flips: Sequence[Any],
) -> None:
    ledger = Ledger(path)
    for one in moves:
        ledger.add_event("verdict", one)
    for one in refused:
        ledger.add_event("refused", one)
    for one in flips:
        ledger.add_event("flipped", one)
    kind = "no baseline" if baseline is None else "baseline"
    ledger.add_event(kind, baseline or {"why": "rows are conversations"})
    for n, place in enumerate(paths):
        ledger.add_call(Call(str(n), place, {}, False), {}, {"input": 10, "output": 2}, 0.5)
    ledger.close()
