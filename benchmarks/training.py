"""Optimizers side by side on worlds whose truth is known: `python benchmarks/training.py [--seeds N] [--json FILE]`.

Every run has the same calls, teacher included; what is told is the exact truth of the incumbent, never a sample.
Peers run where `pip install -r benchmarks/learning/requirements.txt` was done, others are named as missing.  Seeds of
the table begin at 1000; whoever tunes an optimizer, ours or a peer, does it on seeds below 100.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), *(str(Path(__file__).parents[1] / f) for f in (".", "adapters", "recipes"))]

from learning.arms import ARMS  # noqa: E402
from learning.lab import REPORTED  # noqa: E402
from learning.runs import Job, apart, here  # noqa: E402
from learning.table import table  # noqa: E402
from learning.tuning import tuned  # noqa: E402

WORLDS = ("blame", "crowded", "slices", "drift", "defective", "rule", "trap", "coupled", "null")
_AT_ONCE = 2
_A_PROCESS = 10

Found = dict[str, dict[str, dict[str, Any]]]


def measured(worlds: list[str], arms: list[str], wanted: range, calls: int, told: Path | None) -> Found:
    """Every arm on every world; runs that the file holds are not made again, and it grows as others come home."""
    found = _read(told, calls)
    jobs = [job for world in worlds for arm in arms for job in _jobs(arm, world, wanted, calls, found)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for job, said in zip(jobs, pool.map(apart, jobs), strict=True):
            _add(found, job, said)
            print(f"{job.name}: {len(said['runs'])} runs" if "runs" in said else f"{job.name}: {said}", file=sys.stderr)
            if told:
                told.write_text(json.dumps({"simulated": True, "calls": calls, "found": found}))
    return {
        world: {arm: found[world][arm] for arm in arms if arm in found[world]} for world in worlds if world in found
    }


def _read(told: Path | None, calls: int) -> Found:
    held = json.loads(told.read_text()) if told and told.exists() else {}
    if held and held["calls"] != calls:
        raise SystemExit(f"{told} holds runs of {held['calls']} calls, not {calls}: name another file.")
    found: Found = held.get("found", {})
    return found


def _jobs(arm: str, world: str, wanted: range, calls: int, found: Found) -> Iterator[Job]:
    """The seeds that are missing, a few to a process."""
    known = {run["seed"] for run in found.get(world, {}).get(arm, {}).get("runs", [])}
    missing = [seed for seed in wanted if seed not in known]
    for start in range(0, len(missing), _A_PROCESS):
        yield Job(arm, world, missing[start : start + _A_PROCESS], calls)


def _add(found: Found, job: Job, said: dict[str, Any]) -> None:
    arms = found.setdefault(job.world, {})
    runs = [*arms.get(job.arm, {}).get("runs", []), *said.get("runs", [])]
    arms[job.arm] = {"runs": sorted(runs, key=lambda run: run["seed"])} if runs else said


def main() -> None:
    """Measure and print, or be the process of one job."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=REPORTED, help="the first of them")
    parser.add_argument("--calls", type=int, default=1200, help="budget of a run; six times that for the six steps")
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS))
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--quick", action="store_true", help="one seed, one world, few calls")
    parser.add_argument("--tune", action="store_true", help="the pass over the peers' settings instead")
    parser.add_argument("--json", type=Path, help="where all runs are written")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job:
        print(json.dumps(here(Job(**json.loads(asked.job)))))
        return
    if asked.tune:
        print(json.dumps(tuned(asked.worlds, asked.calls), indent=1))
        return
    if asked.quick:
        asked.worlds, asked.seeds, asked.calls = ["defective"], 1, 300
    wanted = range(asked.first, asked.first + asked.seeds)
    print(table(measured(asked.worlds, asked.arms, wanted, asked.calls, asked.json)))


if __name__ == "__main__":
    main()
