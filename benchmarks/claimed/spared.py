"""Whole searches after cost where everything cheaper loses exactly the margin, and where it loses nothing."""

from __future__ import annotations

from typing import Any

from llmdl_plugins import Prompt, Sequential, Trainer, trainable
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.plain import digest
from llmdl_plugins.testing import ScriptedChat

MARGIN = 0.1
RIGHT, OPTIONS = 0.6, 6  # the share that the application has right, and how many cheaper ones there are
ROWS = {"train": 40, "val": 60, "test": 150}


def spared(runs: int) -> dict[str, Any]:
    """How many of so many runs open the test, and claim that they are as good for less."""
    found: dict[str, Any] = {}
    for name, loss in (("everything cheaper loses the margin", MARGIN), ("nothing cheaper loses anything", 0.0)):
        results = [_searched(seed, loss) for seed in range(runs)]
        opened, claimed = sum(r.openings > 0 for r in results), sum(r.status == "improved" for r in results)
        found[name] = {"runs": runs, "opened": opened, "claimed": claimed}
    return found


def _searched(seed: int, loss: float) -> Any:
    data = [_rows(f"{seed} {split}", count) for split, count in ROWS.items()]
    given = {"optimizer": "portfolio", "aim": f"cost, {100 * MARGIN:g} points", "seed": seed}
    return Trainer(trainable(_application(seed, loss)), "exact_match", *data, **given).fit()


def _application(seed: int, loss: float) -> Sequential:
    """A long prompt, and shorter ones; an answer belongs to a prompt and a row for good."""

    def said(messages: list[Any], kwargs: Any) -> str:
        asked = messages[0].text.split()[0], messages[-1].text
        luck = int(digest(seed, *asked)[:12], 16) / 16**12
        return "right" if luck < RIGHT - loss * (asked[0] != "way-0") else "wrong"

    model, prompts = ScriptedChat(said), {}
    for n in range(OPTIONS + 1):
        prompts[f"way-{n}"] = Prompt(model, f"way-{n} " + "and so on " * (60 if n == 0 else 2 * n), "text", "answer")
        prompts[f"way-{n}"].instruction.freeze("the space is about choices")
    return Sequential(Choice(prompts))


def _rows(name: str, count: int) -> list[dict[str, Any]]:
    return [{"inputs": {"text": f"{name} {n}"}, "expected": {"answer": "right"}} for n in range(count)]
