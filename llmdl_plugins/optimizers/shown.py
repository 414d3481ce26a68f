"""Worked examples for prompts that show some by themselves: from runs that went well, and from train rows that fit."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.optimizers.well import well
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import dumps
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.secrets.redact import has_secret

Demos = list[dict[str, str]]
Names = Mapping[str, Parameter]


def from_runs(parameters: Names, rollouts: Sequence[Rollout], size: int, draw: random.Random) -> dict[str, Demos]:
    """What the steps of some right runs saw and gave, for every parameter that they read.

    Source: bootstrapped demonstrations (Khattab et al., 2023).
    """
    scored = [r for r in rollouts if r.status == "scored"]
    least = well(max((r.score for r in scored), default=0.0))
    right = [r for r in scored if r.score >= least and not _holds_key(r.example)]
    chosen = draw.sample(right, min(size, len(right)))
    found = {name: [demo for r in chosen for demo in _last(r, p)] for name, p in parameters.items()}
    return {name: demos for name, demos in found.items() if demos}


def from_rows(parameters: Names, train: Sequence[Example], size: int, draw: random.Random) -> dict[str, Demos]:
    """Some train rows, for every parameter that can show them as they are."""
    rows = [e for e in train if isinstance(e.expected, Mapping) and not e.has_turns and not _holds_key(e)]
    chosen = draw.sample(rows, min(size, len(rows)))
    told = {name: [_told(p, e.inputs, e.expected) for e in chosen] for name, p in parameters.items()}
    fitting = {name: [demo for demo in demos if demo is not None] for name, demos in told.items()}
    return {name: demos for name, demos in fitting.items() if demos}


def _last(rollout: Rollout, parameter: Parameter) -> Iterator[dict[str, str]]:
    """What the last step that read a parameter saw and gave: of a loop, where it came to an end."""
    for step in reversed(rollout.tape.steps):
        if parameter in step.reads and not step.error and (demo := _told(parameter, step.inputs, step.outputs)):
            yield demo
            return


def _told(parameter: Parameter, inputs: Any, outputs: Any) -> dict[str, str] | None:
    """One worked example; None for what the parameter can't show."""
    demo = parameter.worked(inputs, outputs) if parameter.worked else None
    return demo if demo is not None and parameter.problem([demo]) is None else None


def _holds_key(example: Example) -> bool:
    return has_secret(dumps([example.given, example.expected]))
