"""How another process makes the same application and the same loss: by names, never by sending code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from typing import Any

from llmdl_plugins.errors import MisuseError, WorkerError
from llmdl_plugins.losses.loss import FunctionLoss, Loss
from llmdl_plugins.losses.loss import resolve as resolve_loss
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.run.architecture import MADE, built
from llmdl_plugins.run.models import chat_model
from llmdl_plugins.run.seen import as_seen
from llmdl_plugins.target import load_target


@dataclass(frozen=True)
class Origin:
    """What the user wrote: of the application, of its architecture and of the loss.

    Args:
        made: "target", and what `built` takes where something was put around it.
        loss: the loss as it was given: a name, a function or a `Loss`.
        teacher: the teacher as it was given; a judge asks it.
        seen: what the application sent for its first rows, where its prompts were found by that.
    """

    made: Mapping[str, Any]
    loss: Any
    teacher: Any = None
    seen: Mapping[str, Any] | None = None

    def told(self, network: Network, loss: Loss) -> dict[str, JSON]:
        """All of it as plain JSON, with what the other process must find.

        Raises:
            MisuseError: a part of it has no name.
        """
        if not self.made.get("target"):
            raise MisuseError(
                "Workers load the application by its name, and this one was given as an object: "
                'write Trainer("path/app.py:graph", …), or stay with the executor "local".'
            )
        return {
            "made": plain({name: self.made.get(name) for name in ("target", *MADE)}),
            "seen": plain(self.seen),
            "loss": self._loss(loss),
            "trainable": {name: p.trainable for name, p in network.named_parameters().items()},
            "network": network.fingerprint,
            "loss_settings": loss.fingerprint,
        }

    def _loss(self, loss: Loss) -> JSON:
        if isinstance(self.loss, str):
            return {"name": self.loss, "teacher": self._teacher(loss)}
        if isinstance(loss, FunctionLoss):
            return {"function": _named(loss.function, loss.name), "class": _named(type(loss), loss.name)}
        return {"class": _named(type(loss), loss.name), "settings": _settings(loss)}

    def _teacher(self, loss: Loss) -> str | None:
        if not getattr(loss, "needs_model", False):
            return None
        if not isinstance(self.teacher, str):
            raise MisuseError(
                f"Workers make the model of the loss {loss.name!r} by its name: give it as provider:name."
            )
        return self.teacher


def _named(thing: Any, what: str) -> str:
    """Where a function or class stands in its module.

    Raises:
        MisuseError: another process would not find it.
    """
    module, path = getattr(thing, "__module__", "__main__"), getattr(thing, "__qualname__", "")
    if module == "__main__" or not path or _found(f"{module}:{path}") is not thing:
        raise MisuseError(
            f"Workers can't import the loss {what}: put it into a module, at its top, and not into a script or a "
            "function."
        )
    return f"{module}:{path}"


def _settings(loss: Loss) -> JSON:
    if (settings := plain(vars(loss))) != vars(loss):
        raise MisuseError(
            f"Workers can't make the loss {loss.name} again: it holds more than plain values. Give it by its "
            "name, or as a function of a module."
        )
    return settings


def _found(name: str) -> Any:
    module, _, path = name.partition(":")
    held: Any = import_module(module)
    return reduce(lambda held, part: getattr(held, part, None), path.split("."), held)


def made_again(told: Mapping[str, Any]) -> tuple[Network, Loss]:
    """The application and the loss that another process told of, made here.

    Raises:
        WorkerError: they came out different.
    """
    network = built(as_seen(trainable(load_target(told["made"]["target"])), told["seen"]), told["made"])
    for name, parameter in network.named_parameters().items():
        _same_freedom(parameter, told["trainable"].get(name, parameter.trainable))
    loss = _loss(told["loss"])
    target = told["made"]["target"]
    if network.fingerprint != told["network"]:
        raise WorkerError(
            f"{target} is another application in a worker than in the process that started it: its parameters or their "
            "texts differ. Was it changed meanwhile, or does it build itself from the time or at random?"
        )
    if loss.fingerprint != told["loss_settings"]:
        raise WorkerError(f"The loss {loss.name} is another one in a worker than in the process that started it.")
    return network, loss


def _same_freedom(parameter: Any, is_trainable: bool) -> None:
    if parameter.trainable != is_trainable:
        parameter.unfreeze() if is_trainable else parameter.freeze()


def _loss(told: Mapping[str, Any]) -> Loss:
    if "name" in told:
        return resolve_loss(told["name"], chat_model(told["teacher"]))
    if "function" in told:
        made: Loss = _found(told["class"])(_found(told["function"]))
        return made
    kind = _found(told["class"])
    loss: Loss = kind.__new__(kind)
    vars(loss).update(told["settings"])
    return loss


def paths() -> list[str]:
    """Where this process finds modules."""
    return [path for path in sys.path if path]


def find_modules_in(paths: list[str]) -> None:
    """Find modules where another process does."""
    sys.path.extend(path for path in paths if path not in sys.path)
