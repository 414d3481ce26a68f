"""What importing costs, in fresh interpreters: `python benchmarks/imports.py`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 7
CODE = {
    "bare python": "pass",
    "import llmdl_plugins": "import llmdl_plugins",
    "llmdl --help": "from llmdl_plugins.cli import app; app(['--help'], standalone_mode=False)",
    "langchain_core chat model": "from langchain_core.language_models import BaseChatModel",
    "first class (Prompt)": "from llmdl_plugins import Prompt",
}


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Medians over interleaved runs, and the difference to bare Python."""
    times: dict[str, list[float]] = {name: [] for name in CODE}
    for _ in range(RUNS):
        for name, code in CODE.items():
            times[name].append(seconds(code))
    bare = statistics.median(times["bare python"])
    print("| import | median s | over bare Python |\n|---|---|---|")
    for name, all_runs in times.items():
        middle = statistics.median(all_runs)
        print(f"| {name} | {middle:.2f} | {middle - bare:+.2f} |")


if __name__ == "__main__":
    main()
