"""One optimizer on one application: result, calls and time, and the exact truth of what it ended with."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from teleprompters.networks import APPLICATIONS, Application

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import showing
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.events import CandidateScreened, Told

ROWS = {"train": 40, "val": 40, "test": 60}
# The coupled world asks for a change of both prompts at once; one after the other is DSPy's default.
OPTIONS: dict[str, dict[str, Any]] = {"dspy:gepa": {"component_selector": "all"}}


def measured(optimizer: str, application: str, seed: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a run came to; the sealed test is on top of its budget."""
    chosen = APPLICATIONS[application]
    simulator, built, teacher = chosen.made(seed)
    net, told = trainable(built), list[Any]()
    budget = f"{chosen.calls * (chosen.runs + 2 * ROWS['test'])} calls"
    rows = [
        [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, size)]
        for split, size in ROWS.items()
    ]
    retrieves = "knn" in optimizer or (optimizer == "demonstrations" and not showing(net.named_parameters()))
    more: dict[str, Any] = {"recipe": "demonstrations", "node": chosen.first} if retrieves else {}
    since = time.process_time()
    try:
        made = find("optimizers", optimizer)(**{**OPTIONS.get(optimizer, {}), **options})
        given = {
            "optimizer": made,
            "teacher": teacher,
            "budget": budget,
            "seed": seed,
            "watcher": told.append,
            **more,
        }
        result = Trainer(net, "exact_match", *rows, **given).fit()
    except LlmdlError as error:
        return {"optimizer": optimizer, "application": application, "seed": seed, "refused": str(error)}
    return {
        "optimizer": optimizer,
        "application": application,
        "seed": seed,
        "status": result.status,
        "before": result.before,
        "after": result.after,
        "proposed": result.proposed,
        "accepted": result.accepted,
        "truth": [_truth(chosen, simulator, net, {}), _truth(chosen, simulator, net, result.candidate)],
        "changed": sorted({name.rpartition("/")[2] for name in _changed(told)}),
        "stopped": any(isinstance(one, Told) and "was stopped" in one.text for one in told),
        "calls": int(simulator.counts["calls"]),
        "taught": int(simulator.counts["calls"] - simulator.counts["role:task"]),
        "budget": budget,
        "seconds": round(time.process_time() - since, 1),
    }


def _changed(told: list[Any]) -> list[str]:
    return [name for one in told if isinstance(one, CandidateScreened) for name in one.parameters]


def _truth(chosen: Application, simulator: Any, net: Network, values: Any) -> float:
    defaults = {name: str(parameter.default) for name, parameter in net.named_parameters().items()}
    prompts = {**defaults, **values}
    return round(float(simulator.true_score([str(prompts[name]) for name in chosen.prompts])), 3)
