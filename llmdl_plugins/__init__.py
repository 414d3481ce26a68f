"""Train the LangGraph agent that you already have, like a deep net."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llmdl_plugins.containers.choice import Choice
    from llmdl_plugins.containers.sequential import Sequential
    from llmdl_plugins.cost import Calls
    from llmdl_plugins.data import Dataset, Example
    from llmdl_plugins.layers.demonstrations import Demonstrations
    from llmdl_plugins.layers.fuse import Fuse
    from llmdl_plugins.layers.identity import Identity
    from llmdl_plugins.layers.prompt import Prompt
    from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
    from llmdl_plugins.losses.loss import Loss, Score
    from llmdl_plugins.module import Module, State
    from llmdl_plugins.network import Network, trainable
    from llmdl_plugins.optimizers.alternate import Alternate
    from llmdl_plugins.parameter import Parameter, using
    from llmdl_plugins.run.optimizer import Optimizer
    from llmdl_plugins.run.problem import Problem
    from llmdl_plugins.tape import Step, Tape, recording
    from llmdl_plugins.training.result import Result
    from llmdl_plugins.training.trainer import Trainer

_HOME = {
    "Alternate": "optimizers.alternate",
    "Calls": "cost",
    "Choice": "containers.choice",
    "Dataset": "data",
    "Demonstrations": "layers.demonstrations",
    "Example": "data",
    "Fuse": "layers.fuse",
    "Identity": "layers.identity",
    "Loss": "losses.loss",
    "Module": "module",
    "Network": "network",
    "Optimizer": "run.optimizer",
    "Parameter": "parameter",
    "Problem": "run.problem",
    "Prompt": "layers.prompt",
    "Result": "training.result",
    "RetrievedDemonstrations": "layers.retrieved",
    "Score": "losses.loss",
    "Sequential": "containers.sequential",
    "State": "module",
    "Step": "tape",
    "Tape": "tape",
    "Trainer": "training.trainer",
    "recording": "tape",
    "trainable": "network",
    "using": "parameter",
}

__all__ = [
    "Alternate",
    "Calls",
    "Choice",
    "Dataset",
    "Demonstrations",
    "Example",
    "Fuse",
    "Identity",
    "Loss",
    "Module",
    "Network",
    "Optimizer",
    "Parameter",
    "Problem",
    "Prompt",
    "Result",
    "RetrievedDemonstrations",
    "Score",
    "Sequential",
    "State",
    "Step",
    "Tape",
    "Trainer",
    "recording",
    "trainable",
    "using",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
