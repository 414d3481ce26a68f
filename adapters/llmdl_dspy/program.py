"""A `dspy.Module` with its predictors as parameters; it is never copied and never changed."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any

import dspy

from llmdl_dspy import compat, models
from llmdl_dspy.calling import Call, Given, beginning, current_call, in_a_run, named, place_here
from llmdl_dspy.concerns import reads_history
from llmdl_dspy.configured import alone
from llmdl_dspy.discovering import predictors_of
from llmdl_dspy.feeding import feeders
from llmdl_dspy.placed import is_inside
from llmdl_dspy.predictor import OWN, Predictor
from llmdl_dspy.sent import Messages
from llmdl_dspy.tools import acts_at_once
from llmdl_dspy.uncached import each_time, remembering
from llmdl_plugins import tape
from llmdl_plugins.binding import copies, in_force
from llmdl_plugins.door import boundary, passage
from llmdl_plugins.errors import LlmdlError, TargetError, UnboundCallError
from llmdl_plugins.holding import holding
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter

_ALIKE = (
    "A copy was called of one of {}, to which DSPy gave the same stage, as it does after the same random.seed(): "
    "the values of neither can be put in. Give each a seed of its own, or none."
)
_program: ContextVar[Program | None] = ContextVar("llmdl_dspy_program", default=None)


class Program:
    """Finds out what can be trained in a module, and puts what is in force into its calls.

    Args:
        module: the user's.

    Raises:
        TargetError: it has no predictors.
    """

    def __init__(self, module: dspy.Module) -> None:
        self.module = module
        self.predictors = predictors_of(module)
        if not self.predictors:
            raise TargetError(
                f"{type(module).__name__} has no predictors, so nothing of it can be trained: assign dspy.Predict and "
                "its like as attributes in __init__; those of a module that was compiled are left alone by DSPy, too."
            )
        self._by_id = {id(p.predict): p for p in self.predictors}
        stages: dict[str, list[Predictor]] = {}
        for one in self.predictors:
            stages.setdefault(one.predict.stage, []).append(one)
        self._by_stage = stages
        self.layers: Mapping[str, Module] = {}
        self.remembering, self.reads_history = remembering(module), reads_history(module)
        self.is_async = hasattr(module, "aforward") and not acts_at_once(module)

    @property
    def name(self) -> str:
        """The name of the module's class."""
        return type(self.module).__name__

    def with_layers(self, layers: Mapping[str, Module]) -> Program:
        """The same program, in which layers stand for predictors of these names."""
        varied = copy.copy(self)
        varied.layers = {**self.layers, **layers}
        return varied

    def parameters(self) -> dict[str, Parameter]:
        """Every parameter by name."""
        return {name: one for p in self.predictors for name, one in p.parameters().items()}

    async def answer(self, inputs: Mapping[str, Any]) -> Any:
        """What the module answers to inputs, with the values in force.

        With none changed, no tape recorded and no run that pays, it is the module itself that runs.
        """
        if in_a_run():
            return await self._bound(inputs, is_silent=not self.reads_history)
        if not self._is_observed():
            return await self.run(inputs)
        with boundary.door():
            return await self._bound(inputs, is_silent=False)

    async def _bound(self, inputs: Mapping[str, Any], is_silent: bool) -> Any:
        """The same with the values put in, while the door stands.

        Args:
            is_silent: whether DSPy writes no history.
        """
        is_silent = is_silent or compat.around()["disable_history"]
        with (
            boundary.scope(place=place_here()),
            compat.context(trace=[], disable_history=is_silent),
            alone(),
            self.bound(),
            beginning(),
            each_time(self.remembering),
        ):
            return await self.run(inputs)

    def bound(self) -> holding[Any]:
        """Inside, calls of the predictors, and of copies of them, are given what is in force."""
        return holding(_program, self)

    def _is_observed(self) -> bool:
        if tape.current_tape():
            return True
        here = copies()
        return any(in_force(here.get(p, p)) != p.default for p in self.parameters().values())

    async def run(self, inputs: Mapping[str, Any]) -> Any:
        """What the module answers by itself."""
        # What is written without `async` would hold up every other run on this loop.
        if self.is_async and all(map(compat.is_async, self._models())):
            return await self.module.acall(**inputs)
        return await asyncio.to_thread(self.module, **inputs)

    def _models(self) -> Iterator[Any]:
        """Those that its predictors may ask."""
        usual = compat.around()["lm"]
        for one in self.predictors:
            offered = one.models() if one.offers else ()
            yield from (lm for lm in (one.predict.lm or usual, *offered) if lm is not None)

    def call(self, caller: dspy.Predict, kwargs: Mapping[str, Any]) -> Call:
        """A call of a predictor as a step of the tape; as it begins,

        Raises:
            UnboundCallError: what is in force can't reach it.
            MisuseError: no model of DSPy is set.
        """
        known = self._known(caller, compat.around()["caller_modules"] or [])
        given = {key: value for key, value in kwargs.items() if key not in OWN}
        layer = None if known is None or is_inside() else self.layers.get(known.name)
        fed_by = feeders(recorded, given) if (recorded := tape.current_tape()) else None
        step = tape.step(known.name if known else named(caller), given, fed_by)
        return Call(step, layer, partial(_given, None if layer else known, caller, kwargs))

    def sent(self, messages: Messages) -> None:
        """Look at what leaves for a model while this program runs.

        Raises:
            UnboundCallError: what is in force is not in it.
        """
        try:
            if (call := current_call()) is not None:
                call.sends(messages)
            else:
                for one in self.predictors:
                    one.check_astray(messages)
        except LlmdlError as error:
            raise passage.refused(error) from None

    def copied(self, made: dspy.Module) -> dspy.Module:
        """A copy that the program made of one of its modules, for this run: with the texts in force in it."""
        for predict in made.predictors():
            if (known := self._known(predict, [made])) is not None:
                predict.signature = known.bound(predict.signature)
        return made

    def _known(self, caller: dspy.Predict, inside: Sequence[dspy.Module]) -> Predictor | None:
        """The predictor that is called, or of which a copy is; None for one that is made as the program runs.

        Raises:
            UnboundCallError: nobody can tell of which one it is a copy.
        """
        if (known := self._by_id.get(id(caller))) is not None:
            return known
        alike = self._by_stage.get(caller.stage, [])
        found = alike if len(alike) < 2 else _at_the_same_place(caller, alike, inside)
        if len(found) > 1:
            raise passage.refused(UnboundCallError(_ALIKE.format(", ".join(one.name for one in alike))))
        return found[0] if found else None


def _given(known: Predictor | None, caller: dspy.Predict, kwargs: Mapping[str, Any]) -> Given:
    """What a call of a predictor is given with what is in force."""
    if known is None:
        return dict(kwargs), None
    try:
        instead = known.given(caller, kwargs)
        models.check(known.name, instead.get("lm") or caller.lm or compat.around()["lm"])
    except LlmdlError as error:
        raise passage.refused(error) from None
    return instead, known if instead.get("signature") is not kwargs.get("signature") else None


def current() -> Program | None:
    """The program whose values are put in here."""
    return _program.get()


def as_state(answer: Any) -> Any:
    """The fields of a prediction by name; what is none, as it is."""
    return dict(answer.items()) if isinstance(answer, dspy.Example) else answer


def _at_the_same_place(caller: dspy.Predict, alike: list[Predictor], inside: Sequence[dspy.Module]) -> list[Predictor]:
    """Those of the predictors that stand in the program where the caller stands in one of these modules."""
    for module in inside:
        path = next((name for name, one in module.named_predictors() if one is caller), None)
        if path and (found := [one for one in alike if f".{one.name}".endswith(f".{path}")]):
            return found
    return alike
