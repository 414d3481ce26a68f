"""Jobs in processes of their own: one arm on one world over some seeds, JSON in and out."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from learning.arms import ARMS
from learning.lab import Lab

_COMMAND = Path(__file__).parent.parent / "training.py"
_QUIET = {"PYTHONWARNINGS": "ignore", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "OPENAI_API_KEY": "none"}
LIMIT = 3600.0


@dataclass(frozen=True)
class Job:
    """One arm on one world.

    Args:
        seeds: one run each.
        calls: budget for a world of one step.
        settings: each is run on every seed; an empty one leaves the arm as it is.
    """

    arm: str
    world: str
    seeds: Sequence[int]
    calls: int
    settings: Sequence[Mapping[str, Any]] = ({},)

    @property
    def name(self) -> str:
        return f"{self.world}: {self.arm}"


def apart(job: Job) -> dict[str, Any]:
    """The results of a job from a process of its own, or why there are none."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, **_QUIET, "XDG_CACHE_HOME": scratch, "DSPY_CACHEDIR": scratch}
        command = [sys.executable, str(_COMMAND), "--job", json.dumps(asdict(job))]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LIMIT, env=environment, cwd=scratch, check=True
            )
        except subprocess.TimeoutExpired:
            return {"failed": f"not done after {LIMIT:.0f} s"}
        except subprocess.CalledProcessError as error:
            return {"failed": error.stderr[-800:]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def here(job: Job) -> dict[str, Any]:
    """The results of a job, made in this process."""
    if missing := ARMS[job.arm].missing(job.world):
        return {"skipped": missing}
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with contextlib.redirect_stdout(io.StringIO()):
        return {"runs": [_run(job, seed, settings) for settings in job.settings for seed in job.seeds]}


def _run(job: Job, seed: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    random.seed(seed)
    lab, began = Lab(job.world, seed, job.calls), time.perf_counter()
    ARMS[job.arm].run(lab, **settings)
    return {**lab.result(), "settings": settings, "seconds": round(time.perf_counter() - began, 2)}
