"""Train the LangGraph agent that you already have, like a deep net."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmdl_plugins.lazily import lazily

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
    "using": "binding",
}

__all__ = [*_HOME]

if TYPE_CHECKING:
    from llmdl_plugins.binding import using as using
    from llmdl_plugins.containers.choice import Choice as Choice
    from llmdl_plugins.containers.sequential import Sequential as Sequential
    from llmdl_plugins.cost import Calls as Calls
    from llmdl_plugins.data import Dataset as Dataset
    from llmdl_plugins.data import Example as Example
    from llmdl_plugins.layers.demonstrations import Demonstrations as Demonstrations
    from llmdl_plugins.layers.fuse import Fuse as Fuse
    from llmdl_plugins.layers.identity import Identity as Identity
    from llmdl_plugins.layers.prompt import Prompt as Prompt
    from llmdl_plugins.layers.retrieved import RetrievedDemonstrations as RetrievedDemonstrations
    from llmdl_plugins.losses.loss import Loss as Loss
    from llmdl_plugins.losses.loss import Score as Score
    from llmdl_plugins.module import Module as Module
    from llmdl_plugins.module import State as State
    from llmdl_plugins.network import Network as Network
    from llmdl_plugins.network import trainable as trainable
    from llmdl_plugins.optimizers.alternate import Alternate as Alternate
    from llmdl_plugins.parameter import Parameter as Parameter
    from llmdl_plugins.run.optimizer import Optimizer as Optimizer
    from llmdl_plugins.run.problem import Problem as Problem
    from llmdl_plugins.tape import Step as Step
    from llmdl_plugins.tape import Tape as Tape
    from llmdl_plugins.tape import recording as recording
    from llmdl_plugins.training.result import Result as Result
    from llmdl_plugins.training.trainer import Trainer as Trainer
else:
    __getattr__, __dir__ = lazily(__name__, _HOME)
