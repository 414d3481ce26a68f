"""Layers at predictors as Python expressions: the predictor itself, and the model that it asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dspy
from langchain_core.language_models import BaseChatModel

from llmdl_dspy.chat import DspyChat
from llmdl_dspy.layer import Layer
from llmdl_dspy.placed import PredictorLayer
from llmdl_dspy.predictor import Predictor
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.standalone.parts import chosen
from llmdl_plugins.standalone.spelled import Speller, bracketed

PLACED = "placed"  # the module of the folder that puts blocks in their place


class ProgramSpeller(Speller):
    """Spells the layers of one program.

    Args:
        places: module of ours → the name that it is written to.
        attributes: of layers, those that their code reads.
        predictors: of the program, with the texts that it is exported with in force.
    """

    def __init__(self, places: Mapping[str, str], attributes: frozenset[str], predictors: Sequence[Predictor]) -> None:
        super().__init__(places, attributes)
        self._predictors = {one.name: one.predict for one in predictors}
        self._signatures = {one.name: one.bound(one.signature) for one in predictors}
        self._at = ""

    def block(self, name: str, layer: Module) -> str:
        """What stands for a predictor.

        Raises:
            MisuseError: it can't be written down, or the predictor is of a class of the user's.
        """
        if type(self._predictors[name]) is not dspy.Predict:
            kind = type(self._predictors[name]).__name__
            raise MisuseError(
                f"{kind} answers in a forward of its own, so nothing can be written in the place of {name!r}: make it "
                "a dspy.Predict, or export the weights."
            )
        self._at = name
        return self.layer(layer)

    def layer(self, layer: Module) -> str:
        """A layer as a block; that of a predictor as the predictor, with the words that a copy has of its own.

        Raises:
            MisuseError: it holds a program, or something else that can't be written down.
        """
        match chosen(layer):
            case PredictorLayer() as one:
                return self._predictor(one.predictor)
            case Layer() as one:
                raise MisuseError(
                    f"The program {one.name} at {self._at!r} has no plain form: write it into yours, or take "
                    "the weights."
                )
        return super().layer(layer)

    def model(self, model: BaseChatModel, where: str) -> str:
        """A chat model; that which the predictor asks is looked up when it is called."""
        if not isinstance(model, DspyChat):
            return super().model(model, where)
        theirs = model.lm is (self._predictors[self._at].lm or dspy.settings.lm)
        lm = f"{PLACED}.Asked()" if theirs else self.spelled(model.lm, where)
        return f"{self.imported(DspyChat.__module__, DspyChat.__qualname__)}(lm={lm})"

    def _predictor(self, known: Predictor) -> str:
        base, own = self._signatures[known.name], known.bound(known.signature)
        texts = {name: own.fields[name].json_schema_extra["desc"] for name in own.fields}
        changed = {n: text for n, text in texts.items() if text != base.fields[n].json_schema_extra["desc"]}
        given = [f"instructions={own.instructions!r}"] if own.instructions != base.instructions else []
        given += [f"fields={changed!r}"] if changed else []
        return bracketed(f"{PLACED}.Predictor(", given, ")")
