"""Every recipe with what its parts must say for its cheapest and its dearest run, and how many calls those are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import llmdl_recipes as recipes
from llmdl_plugins.network import Network

DEMOS = [{"input": "Is it on time?", "output": "no"}, {"input": "Is the letter late?", "output": "yes"}]
LONG = "\n\n".join(f"Line {n} says that {n} of the parcels were late this week." for n in range(6))  # 16 tokens each
SHORT = "Is the parcel late?"


@dataclass(frozen=True)
class Kind:
    """A recipe and its cost.

    Args:
        name: of the alternative.
        make: puts it around a node.
        costs: what the parts beside the node say → the number of calls, where the node makes one.
        question: what is asked.
        pieces: how many pieces the question has.
        values: of its parameters, beside the one that switches it on.
        chain: the user's chain that it goes around.
    """

    name: str
    make: Callable[..., Network]
    costs: dict[str, int]
    question: str = SHORT
    pieces: int = 1
    values: dict[str, Any] = field(default_factory=dict)
    chain: str = "chain"

    @property
    def inputs(self) -> dict[str, str]:
        """What is asked, about a long text."""
        return {"question": self.question, "text": LONG}


KINDS = [
    Kind("vote", recipes.vote, {"": 5}),
    Kind("cascade", recipes.cascade, {"99": 2, "1": 7}),
    Kind("refine", recipes.refine, {"NONE": 2, "It is wrong.": 3}),
    Kind("multi-head", recipes.multi_head, {"both": 4}),
    Kind("mixture", recipes.mixture, {"special": 2}),
    Kind("mixture", recipes.mixture, {"special": 4}, values={"mixture/k": 2}),
    Kind("perceptron", recipes.perceptron, {"short": 2}),
    Kind("mlp", recipes.mlp, {"short": 4}),
    Kind("recurrent", lambda app, **given: recipes.recurrent(app, 16, 16, **given), {"notes": 7}, LONG, 6),
    Kind(
        "gated", lambda app, **given: recipes.gated(app, ["late"], 16, 16, **given), {"": 7, "late: write": 13}, LONG, 6
    ),
    Kind(
        "attention",
        lambda app, **given: recipes.attention(app, 2, 16, pieces="text", **given),
        {"late parcels": 3},
        chain="reader",
    ),
    Kind("encoder-decoder", recipes.encoder_decoder, {"short": 2}),
    Kind("windows", lambda app, **given: recipes.windows(app, 16, **given), {"": 6}, LONG, 6),
    Kind("hierarchy", lambda app, **given: recipes.hierarchy(app, 16, 2, **given), {"joined": 11}, LONG, 6),
    Kind("static", recipes.demonstrations, {"": 1}, values={"static/demos": DEMOS}),
    Kind("retrieved", recipes.demonstrations, {"": 1}, values={"retrieved/pool": DEMOS, "retrieved/k": 1}),
]


ARCHITECTURES = [kind for kind in KINDS if kind.make is not recipes.demonstrations]  # which may run a node again


def costs() -> list[Any]:
    """Each recipe with each way in which its parts can answer."""
    return [(kind, said, calls) for kind in KINDS for said, calls in kind.costs.items()]
