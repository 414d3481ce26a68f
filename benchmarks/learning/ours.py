"""Our textual-gradient, by its name, through our Trainer."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from learning.lab import Lab

if TYPE_CHECKING:  # other arms need nothing of this
    from llmdl_plugins.network import Network
    from llmdl_plugins.run.events import Event

NAME = "textual-gradient"
OTHER_FEEDBACK = ("shared", "shuffled", "blind")
_SEALED = 16  # the fewest sealed rows; the budget holds their runs on top, so that training has as much as others
_MOST_CALLS = {"blame": 8, "coupled": 2}  # of one run


def no_switch() -> str:
    """Why the optimizer can't be given other feedback than its own, if it can't."""
    from llmdl_plugins.plugins.catalogue import find

    return "" if "feedback" in inspect.signature(find("optimizers", NAME)).parameters else "no such switch"


def run_ours(lab: Lab, **settings: Any) -> None:
    """Train to the end of the budget, and note every new incumbent.

    Args:
        settings: of the optimizer, as `feedback`.
    """
    from llmdl_plugins import Trainer
    from llmdl_plugins.plugins.catalogue import find
    from llmdl_plugins.run.events import ParameterUpdated
    from llmdl_plugins.testing import SimulatedChat

    net = network(lab)
    values = {name: str(parameter.default) for name, parameter in net.named_parameters().items()}

    def watch(event: Event) -> None:
        if isinstance(event, ParameterUpdated):
            values[event.name] = event.after
            lab.note(list(values.values()))

    result = Trainer(
        net,
        "exact_match",
        _rows(lab, "train"),
        _rows(lab, "val"),
        _rows(lab, "test")[:_SEALED],
        optimizer=find("optimizers", NAME)(**settings),
        teacher=SimulatedChat(simulator=lab.simulator),
        budget=f"{lab.calls + 2 * _SEALED * _MOST_CALLS.get(lab.world, 1)} calls",
        seed=lab.seed,
        watcher=watch,
    ).fit()
    lab.claimed = result.status == "improved"


def network(lab: Lab) -> Network:
    """The application of a world; its parameters in the order of its steps."""
    from learning.six_steps import six_steps

    from llmdl_plugins import Prompt, Sequential, trainable
    from llmdl_plugins.testing import SimulatedChat

    model = SimulatedChat(simulator=lab.simulator)
    if lab.world == "blame":
        return trainable(six_steps(model))
    if lab.world == "coupled":
        first, second = lab.start
        return trainable(
            Sequential(Prompt(model, first, "question", "record"), Prompt(model, second, "record", "answer"))
        )
    return trainable(Prompt(model, lab.start[0], "question", "answer"))


def _rows(lab: Lab, split: str) -> list[dict[str, Any]]:
    return [{**row, "expected": {"answer": row["expected"]}} for row in lab.rows(split)]
