"""Searches from Python over a chain with three choices: `python searching.py STRATEGY FOLDER RUNS [BUDGET]`.

A strategy behind `textual-gradient+` takes turns with it, on the prompts.
"""

import json
import sys
from pathlib import Path

from plain_client import PlainChat
from training import rows

from llmdl_plugins import Alternate, Choice, Prompt, Sequential, Trainer
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.plugins.catalogue import find


def ways(texts: dict[str, str], source: str, target: str) -> Choice:
    """A choice of prompts."""
    return Choice({name: Prompt(PlainChat(), text, source, target) for name, text in texts.items()})


def chain() -> Sequential:
    """Notes, and an answer that knows none of the rules, two or all; drawn once or more often."""
    hints = json.loads(Path("hints.json").read_text())
    notes = {"short": "Pass the ticket on.", "careful": "Pass the ticket on with care."}
    answers = {"none": "Answer.", "two": " ".join(hints[:2]), "all": " ".join(hints)}
    voting = Vote(ways(answers, "question", "answer"), most=3)
    voting.draws.default = 1
    return Sequential(ways(notes, "question", "note"), voting)


if __name__ == "__main__":
    name, folder, runs, *budget = sys.argv[1:]
    beside, _, strategy = name.rpartition("+")
    search = find("searches", strategy)()
    search.runs = int(runs)
    given = {"optimizer": Alternate(beside, search), "teacher": PlainChat()} if beside else {"optimizer": search}
    given |= {"budget": budget[0] if budget else None, "folder": folder}
    print(json.dumps(Trainer(chain(), "exact_match", *rows(), **given).fit().json()))
