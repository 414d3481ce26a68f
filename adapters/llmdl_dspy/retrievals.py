"""Retrievers of DSPy in a run: what `dspy.Retrieve` found is remembered, and stands on the tape like a tool's use."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import dspy

from llmdl_dspy.tool_uses import noted, unkept, use_of
from llmdl_plugins.door import results
from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.remembering import entering, remembered
from llmdl_plugins.door.scope import Use


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [Method(dspy.Retrieve, "__call__", _call)]


def _call(own: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: dspy.Retrieve, *args: Any, **kwargs: Any) -> Any:
        asked = {"query": args[0] if args else kwargs.get("query"), "k": self.k, **kwargs}

        def run(retriever: dspy.Retrieve) -> Any:
            return _told(own(retriever, *args, **kwargs))

        with noted(type(self).__name__, asked) as use:
            if (entered := entering(self, partial(use_of, use.name, asked))) is None:
                told = run(self)
            else:
                told = remembered(entered, self, run, partial(_stand_in, self), unkept)
            (use.answer,) = told.values()
            return _found(told)

    return __call__


def _stand_in(retriever: dspy.Retrieve, outcome: Any, use: Use) -> Any:
    """A copy of the retriever that finds what was recorded, through the same callbacks."""
    made = copy.copy(retriever)
    made.forward = lambda *_, **__: _found(results.restore(outcome["result"]))
    return made


def _told(found: Any) -> dict[str, Any]:
    """What was found, of plain parts."""
    return {"prediction": dict(found.items())} if type(found) is dspy.Prediction else {"found": found}


def _found(told: Mapping[str, Any]) -> Any:
    return dspy.Prediction(**told["prediction"]) if "prediction" in told else told["found"]
