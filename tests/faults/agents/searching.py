"""Searches from Python over a chain with three choices: `python searching.py STRATEGY FOLDER RUNS [BUDGET]`."""

import json
import sys
from pathlib import Path

from plain_client import PlainChat
from training import rows

from llmdl_plugins import Choice, Prompt, Sequential, Trainer
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.plugins.catalogue import find


def ways(texts: dict[str, str], source: str, target: str) -> Choice:
    """A choice of prompts."""
    prompts = {name: Prompt(PlainChat(), text, source, target) for name, text in texts.items()}
    for prompt in prompts.values():
        prompt.instruction.freeze("the space is about choices")
    return Choice(prompts)


def chain() -> Sequential:
    """Notes, and an answer that knows none of the rules, two or all; drawn once or more often."""
    hints = json.loads(Path("hints.json").read_text())
    notes = {"short": "Pass the ticket on.", "careful": "Pass the ticket on with care."}
    answers = {"none": "Answer.", "two": " ".join(hints[:2]), "all": " ".join(hints)}
    voting = Vote(ways(answers, "question", "answer"), most=3)
    voting.draws.default = 1
    return Sequential(ways(notes, "question", "note"), voting)


if __name__ == "__main__":
    strategy, folder, runs, *budget = sys.argv[1:]
    given = {"optimizer": find("searches", strategy)(), "budget": budget[0] if budget else None, "folder": folder}
    given["optimizer"].runs = int(runs)
    print(json.dumps(Trainer(chain(), "exact_match", *rows(), **given).fit().json()))
