"""What a plugin promises, as tests that its author runs: `llmdl plugins check NAME`, or a subclass in his own tests.

Each kind has a class: `LayerCases`, `OptimizerCases`, … A method of it is one promise, and its docstring says which.

What the classes stand on: `case`, one name in a catalogue; `fakes` and `making`, for layers; `desk`, an agent to be
trained; `training`, runs of the trainer with it; `teaching`, their teacher; `watched`, what an optimizer does in one.
`told` and `__main__` are for `llmdl plugins check`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from llmdl_plugins.testing.conformance.case import Case

if TYPE_CHECKING:
    from llmdl_plugins.testing.conformance.adapters import AdapterCases
    from llmdl_plugins.testing.conformance.commands import CommandCases
    from llmdl_plugins.testing.conformance.containers import ContainerCases
    from llmdl_plugins.testing.conformance.executors import ExecutorCases
    from llmdl_plugins.testing.conformance.layers import LayerCases
    from llmdl_plugins.testing.conformance.loggers import LoggerCases
    from llmdl_plugins.testing.conformance.losses import LossCases
    from llmdl_plugins.testing.conformance.models import ModelCases
    from llmdl_plugins.testing.conformance.optimizers import OptimizerCases
    from llmdl_plugins.testing.conformance.recipes import RecipeCases
    from llmdl_plugins.testing.conformance.searches import SearchCases

CASES = {  # kind → module here and class
    "layers": "layers:LayerCases",
    "containers": "containers:ContainerCases",
    "losses": "losses:LossCases",
    "optimizers": "optimizers:OptimizerCases",
    "searches": "searches:SearchCases",
    "adapters": "adapters:AdapterCases",
    "models": "models:ModelCases",
    "executors": "executors:ExecutorCases",
    "recipes": "recipes:RecipeCases",
    "loggers": "loggers:LoggerCases",
    "commands": "commands:CommandCases",
}

__all__ = [
    "CASES",
    "AdapterCases",
    "Case",
    "CommandCases",
    "ContainerCases",
    "ExecutorCases",
    "LayerCases",
    "LoggerCases",
    "LossCases",
    "ModelCases",
    "OptimizerCases",
    "RecipeCases",
    "SearchCases",
    "cases",
]


def cases(kind: str) -> type[Case]:
    """The pytest class with the promises of a kind; `CASES` says which kinds have one."""
    module, _, name = CASES[kind].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), name)  # type: ignore[no-any-return]


def __getattr__(name: str) -> Any:
    for kind, place in CASES.items():
        if place.endswith(f":{name}"):
            return cases(kind)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
