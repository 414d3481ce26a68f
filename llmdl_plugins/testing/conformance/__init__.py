"""What a plugin promises, as tests that its author runs: `llmdl plugins check NAME`, or a subclass in his own tests.

Each kind has a class: `LayerCases`, `OptimizerCases`, … A method of it is one promise, and its docstring says which.

What the classes stand on: `case`, one name in a catalogue; `fakes` and `making`, for layers; `desk`, an agent to be
trained; `training`, runs of the trainer with it; `teaching`, their teacher; `watched`, what an optimizer does in one.
`told` and `__main__` are for `llmdl plugins check`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from llmdl_plugins.lazily import lazily
from llmdl_plugins.plugins.kinds import one
from llmdl_plugins.testing.conformance.case import Case

CASES = (  # the kinds that have a class here, each in the module of its name
    "layers",
    "containers",
    "losses",
    "optimizers",
    "searches",
    "adapters",
    "models",
    "executors",
    "recipes",
    "loggers",
    "commands",
)
_HOME = {f"{one(kind).capitalize()}Cases": kind for kind in CASES}

__all__ = ["CASES", "Case", "cases", *_HOME]

if TYPE_CHECKING:
    from llmdl_plugins.testing.conformance.adapters import AdapterCases as AdapterCases
    from llmdl_plugins.testing.conformance.commands import CommandCases as CommandCases
    from llmdl_plugins.testing.conformance.containers import ContainerCases as ContainerCases
    from llmdl_plugins.testing.conformance.executors import ExecutorCases as ExecutorCases
    from llmdl_plugins.testing.conformance.layers import LayerCases as LayerCases
    from llmdl_plugins.testing.conformance.loggers import LoggerCases as LoggerCases
    from llmdl_plugins.testing.conformance.losses import LossCases as LossCases
    from llmdl_plugins.testing.conformance.models import ModelCases as ModelCases
    from llmdl_plugins.testing.conformance.optimizers import OptimizerCases as OptimizerCases
    from llmdl_plugins.testing.conformance.recipes import RecipeCases as RecipeCases
    from llmdl_plugins.testing.conformance.searches import SearchCases as SearchCases
else:
    __getattr__, __dir__ = lazily(__name__, _HOME)


def cases(kind: str) -> type[Case]:
    """The pytest class with the promises of a kind; `CASES` says which kinds have one."""
    return getattr(import_module(f"{__name__}.{kind}"), f"{one(kind).capitalize()}Cases")  # type: ignore[no-any-return]
