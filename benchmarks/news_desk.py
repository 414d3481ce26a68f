"""The main job on five seeds and on a null, as a table: `python benchmarks/news_desk.py [--seeds 5] [--json FILE]`.

Each row is one `llmdl fit` in a process of its own: real headlines, the embedded model, another split for each seed.
The null run has its desks dealt out at random, so there is nothing to learn and nothing may be claimed.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from llmdl_plugins.figures import percent

EXAMPLE = Path(__file__).parent.parent / "examples" / "news_desk"
HEAD = (
    "| run | before | after | gain (95 %) | no model: nearest, vote, weighted | chosen | status | calls | s | peak MB |"
)


def fit(data: Path, seed: int, folder: Path) -> dict[str, Any]:
    """One run; result.json, the baseline, and what the process took."""
    command = [sys.executable, "-m", "llmdl_plugins.cli", "fit", f"{EXAMPLE / 'agent.py'}:graph", "--data", str(data)]
    command += ["--loss", "exact_match", "--seed", str(seed), "--folder", str(folder), "--quiet"]
    state = {**os.environ, "LLMDL_STATE": str(folder.parent)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=state)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    result = json.loads((folder / "result.json").read_text())
    return {**result, "baseline": baseline(folder), "peak_mb": usage.ru_maxrss / 1024}


def baseline(folder: Path) -> dict[str, Any]:
    """The no-model baseline that the run recorded."""
    ledger = sqlite3.connect(f"file:{folder / 'ledger.db'}?mode=ro", uri=True)
    (record,) = ledger.execute("SELECT record FROM events WHERE kind = 'baseline'").fetchone()
    ledger.close()
    return dict(json.loads(record))


def row(name: str, run: dict[str, Any]) -> str:
    """One line of the table."""
    low, high = run["interval"]
    chosen = {
        n.partition("/")[2]: told["after"]
        for n, told in run["parameters"].items()
        if "pool" not in n and "demos" not in n
    }
    words = ", ".join(str(v) for v in chosen.values()) or "plain"
    spent, bar = run["spent"], run["baseline"]
    return (
        f"| {name} | {percent(run['before'])} | {percent(run['after'])} "
        f"| {100 * run['gain']:+.1f} ({100 * low:+.1f} to {100 * high:+.1f}) "
        f"| {percent(bar['nearest'])}, {percent(bar['vote'])}, {percent(bar['weighted'])} | {words} | {run['status']} "
        f"| {spent['calls']} | {spent['seconds']:.0f} | {run['peak_mb']:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    runs: dict[str, Any] = {}
    print(f"{HEAD}\n|{'---|' * 10}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        real, null = Path(scratch) / "news.jsonl", Path(scratch) / "null.jsonl"
        subprocess.run([sys.executable, EXAMPLE / "data.py", real], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(
            [sys.executable, EXAMPLE / "data.py", null, "--shuffle-labels", "1"], check=True, stdout=subprocess.DEVNULL
        )
        for name, data, seed in [
            *((f"seed {n}", real, n) for n in range(args.seeds)),
            ("null, labels shuffled", null, 0),
        ]:
            runs[name] = fit(data, seed, Path(scratch) / name.replace(" ", "-"))
            print(row(name, runs[name]), flush=True)
    if args.json:
        args.json.write_text(json.dumps(runs, indent=2))


if __name__ == "__main__":
    main()
