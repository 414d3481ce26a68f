"""Blocks at predictors of a program: each is given the inputs, and what it writes is the prediction."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import NamedTuple

import dspy

from .block import Block

OWN = ("signature", "demos", "config", "lm")


class Call(NamedTuple):
    """The call of a predictor that a block stands for, and whether the block now makes it itself."""

    predictor: dspy.Predict
    more: dict
    is_async: bool
    inside: bool = False


current = ContextVar("current", default=None)


@contextmanager
def calling(call):
    """Inside, blocks stand for this call."""
    token = current.set(call)
    try:
        yield
    finally:
        current.reset(token)


class Update(dict):
    """The fields of a prediction, and the prediction."""

    def __init__(self, prediction):
        super().__init__(prediction.items())
        self.prediction = prediction


class Predictor(Block):
    """The predictor itself, with instructions and descriptions of fields of its own where they are given."""

    def __init__(self, instructions=None, fields=()):
        super().__init__(instructions=instructions, fields=dict(fields))

    async def forward(self, state):
        call = current.get()
        given = {name: value for name, value in state.items() if name in call.predictor.signature.input_fields}
        more = {**call.more, **self._words(call.more.get("signature", call.predictor.signature))}
        with calling(call._replace(inside=True)):
            if call.is_async:
                return Update(await call.predictor.acall(**given, **more))
            return Update(await asyncio.to_thread(call.predictor, **given, **more))

    def _words(self, signature):
        changed = signature if self.instructions is None else signature.with_instructions(self.instructions)
        for name, description in self.fields.items():
            changed = changed.with_updated_fields(name, desc=description)
        return {} if changed is signature else {"signature": changed}


class Asked:
    """The model that the predictor asks: its own, or the one that DSPy is configured with when it is called."""

    def __getattr__(self, name):
        if name.startswith("__"):  # what copies and pickles ask for is no business of the model's
            raise AttributeError(name)
        return getattr(self._lm(), name)

    @property
    def __class__(self):
        return type(self._lm())

    def __call__(self, *args, **kwargs):
        return self._lm()(*args, **kwargs)

    def _lm(self):
        call = current.get()
        return (call.predictor.lm if call else None) or dspy.settings.lm


class Placed(dspy.Predict):
    """A predictor that a block stands for."""

    def forward(self, **kwargs):
        if _is_inside():
            return super().forward(**kwargs)
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(copy_context().run, asyncio.run, self._answer(kwargs, False)).result()

    async def aforward(self, **kwargs):
        return await (super().aforward(**kwargs) if _is_inside() else self._answer(kwargs, True))

    async def _answer(self, kwargs, is_async):
        state = {name: value for name, value in kwargs.items() if name not in OWN}
        more = {name: value for name, value in kwargs.items() if name in OWN}
        with calling(Call(self, more, is_async)):
            update = await self.block.ainvoke(state)
        if isinstance(update, Update):
            return update.prediction
        fields = {name: update.get(name) for name in self.signature.output_fields}
        return dspy.Prediction.from_completions([fields], signature=self.signature)


def _is_inside():
    call = current.get()
    return call is not None and call.inside


def trained(program, state, blocks):
    """A copy of a program, with what was trained in it, and blocks at some of its predictors.

    Args:
        program: stays as it is.
        state: a file with the state of each predictor, as DSPy writes it.
        blocks: predictor → the block that stands for it.
    """
    copy, states = program.deepcopy(), json.loads(state.read_text("utf-8"))
    for name, predictor in copy.named_predictors():
        lm = predictor.lm  # with its connection, which no state holds
        predictor.load_state({**states[name], "lm": None})
        predictor.lm = lm
        if name in blocks:
            predictor.__class__, predictor.block = Placed, blocks[name]
    return copy
