"""Real short texts, an embedded model, optimizers side by side: `python benchmarks/real_text.py [SET.jsonl …]`.

Every optimizer gets the same graph of one node, whose answer is one of the labels before and after, the same rows and
the same budget; each seed draws other rows.  A set is a file of rows `{"split": "train|val|test", "inputs": {"text":
…}, "expected": {"label": …}}`; the news desks of `examples/` are always one more.  With `--json FILE` the same command
goes on where it was stopped, and `FILE.answers` keeps what the model answered: it always answers alike, so nothing is
computed twice, by whichever optimizer it is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:1] = [str(HERE), *(str(HERE.parent / folder) for folder in (".", "adapters", "recipes"))]
os.environ.setdefault("DSPY_CACHEDIR", tempfile.mkdtemp())

from texts.arms import ARMS, chat  # noqa: E402
from texts.measuring import measured, name_of, taught_by  # noqa: E402
from texts.remembered import Remembered  # noqa: E402
from texts.sets import Texts, freed, sets  # noqa: E402
from texts.table import table  # noqa: E402

KEY = ("model", "set", "optimizer", "teacher", "seed")


def runs(asked: argparse.Namespace, model: Mapping[str, Any], teacher: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every run that is asked for; those that the file holds are not made again."""
    held = [json.loads(line) for line in asked.json.read_text().splitlines()] if asked.json.exists() else []
    known = {tuple(one.get(name, "") for name in KEY) for one in held}
    yield from held
    for seed, texts, arm in wanted(asked):
        key = name_of(model), texts.name, arm, taught_by(arm, teacher), seed
        if key not in known:
            folder = asked.json.with_suffix(".runs") / " ".join(map(str, key)).replace(":", "-")
            made = measured(texts, arm, seed, asked.budget, model, teacher, folder)
            with asked.json.open("a", encoding="utf-8") as out:
                out.write(json.dumps(made) + "\n")
            print(json.dumps(made), file=sys.stderr, flush=True)
            yield made


def wanted(asked: argparse.Namespace) -> Iterator[tuple[int, Texts, str]]:
    """Seeds, sets and optimizers; there is nothing to calibrate where answers are held to no labels."""
    for seed, texts in product(asked.seeds, list(sets(asked.files, not asked.no_news))):
        for arm in asked.optimizers:
            if not (asked.free and arm == "calibration"):
                yield seed, freed(texts) if asked.free else texts, arm


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--optimizers", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--budget", default="360 calls", help="of each run, its sealed test of 120 calls in it")
    parser.add_argument("--model", type=Path, help="a GGUF file; the embedded model, if not given")
    parser.add_argument(
        "--teacher", type=Path, help="a GGUF file that writes feedback and prompts; else the model does"
    )
    parser.add_argument("--free", action="store_true", help="hold answers to nothing: the prompt has to")
    parser.add_argument("--no-news", action="store_true", help="leave the news desks out")
    parser.add_argument("--json", type=Path, default=Path("runs/real_text.jsonl"))
    asked = parser.parse_args()
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    with closing(Remembered(asked.json.with_suffix(".answers"))) as answers:
        model = chat(asked.model, answers)
        print(table(list(runs(asked, model, chat(asked.teacher, answers) if asked.teacher else model))))


if __name__ == "__main__":
    main()
