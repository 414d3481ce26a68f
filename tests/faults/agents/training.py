"""Trains from Python with any of three optimizers: `python training.py OPTIMIZER FOLDER [BUDGET]`, rows beside it."""

import json
import random
import sys
from pathlib import Path

from plain_client import PlainChat, chain

from llmdl_plugins import Optimizer, Problem, Trainer

OPENINGS = ("Answer the ticket.", "Be exact with each ticket.", "Work out the ticket.", "You solve tickets.")


class RandomTexts(Optimizer):
    """Draws texts for each prompt: a train row's failure decides what is drawn next."""

    name = "random-texts"

    async def optimize(self, problem: Problem) -> None:
        """Three rounds; every proposal hangs on the scores before it."""
        draw, hints = random.Random(problem.seed), json.loads(Path("hints.json").read_text())
        for n in range(3):
            rollouts = await problem.evaluate([{}], draw.sample(list(problem.train), 12))
            score = sum(r.score for r in rollouts)
            shown = " ".join(draw.sample(hints, n + 2))
            change = {n: f"{draw.choice(OPENINGS)} {shown} Score {score:g}." for n in problem.parameters}
            await problem.propose(change, f"drawn texts at {score:g}")


def rows() -> list[list[dict]]:
    """Train, val and test rows."""
    return [
        [json.loads(line) for line in Path(f"{part}.jsonl").read_text().splitlines()]
        for part in ("train", "val", "test")
    ]


def made(optimizer: str, folder: str, budget: str | None = None, **more) -> Trainer:
    """The trainer."""
    chosen = {"random-texts": RandomTexts()}.get(optimizer, optimizer)
    teacher = PlainChat() if optimizer == "textual-gradient" else None
    return Trainer(
        chain, "exact_match", *rows(), optimizer=chosen, teacher=teacher, budget=budget, folder=folder, **more
    )


if __name__ == "__main__":
    print(json.dumps(made(*sys.argv[1:]).fit().json()))
