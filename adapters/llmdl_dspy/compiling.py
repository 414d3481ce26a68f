"""Our optimizers as teleprompters of DSPy: `compile` takes a program and gives a program."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from inspect import signature
from pathlib import Path
from typing import Any

import dspy
from dspy.teleprompt import Teleprompter

from llmdl_dspy import models
from llmdl_dspy.chat import DspyChat
from llmdl_dspy.metrics import Metric
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import trainable
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.foreign.options import checked, named
from llmdl_plugins.training.result import IMPROVED, Result
from llmdl_plugins.training.trainer import Trainer

logger = logging.getLogger(__name__)


class Compiler(Teleprompter):  # type: ignore[misc]
    """An optimizer by its name, as DSPy has them.

    Args:
        metric: as for any teleprompter: (example, prediction), with or without a trace; a number, a bool, or a
            `dspy.Prediction` with score and feedback.
        optimizer: "textual-gradient", "demonstrations", "gepa", or what a plugin offers.
        teacher: `dspy.LM`, chat model or `provider:name` that writes feedback and proposals; `dspy.settings.lm` where
            none is given and the optimizer needs one.
        budget, folder, seed: as for `Trainer`.
        num_threads: rows that are run side by side.
        options: of the optimizer.
    """

    def __init__(
        self,
        metric: Callable[..., Any],
        *,
        optimizer: str,
        teacher: Any = None,
        budget: str | Budget | None = None,
        folder: str | Path | None = None,
        seed: int = 0,
        num_threads: int = 8,
        **options: Any,
    ) -> None:
        super().__init__()
        kind = find("optimizers", optimizer, also="searches")
        if not any(p.kind is p.VAR_KEYWORD for p in signature(kind).parameters.values()):
            checked(optimizer, options, named(kind))  # others look at theirs by themselves
        self.loss, self.optimizer = Metric(metric), kind(**options)
        self.teacher, self.budget, self.folder = teacher, budget, folder
        self.seed, self.num_threads = seed, num_threads

    def compile(
        self,
        student: dspy.Module,
        *,
        trainset: Sequence[Any],
        teacher: Any = None,
        valset: Sequence[Any] | None = None,
        testset: Sequence[Any] | None = None,
    ) -> dspy.Module:
        """A copy of the student that was shown to be better, or one as it is; `detailed_results` says which.

        Args:
            trainset, valset: `dspy.Example`s with their inputs marked; what is missing is cut from `trainset`.
            testset: rows for the sealed test, which are looked at once.

        Raises:
            MisuseError: anything that can't be carried out as written, before a call is made.
        """
        if teacher is not None:
            raise MisuseError("compile(teacher=…) is a program in DSPy, and none is needed here: leave it out.")
        _refuse_unconfigured(student)
        trainer = Trainer(
            trainable(student),
            self.loss,
            list(trainset),
            None if valset is None else list(valset),
            None if testset is None else list(testset),
            optimizer=self.optimizer,
            teacher=self._model(),
            budget=self.budget,
            folder=self.folder,
            seed=self.seed,
            concurrency=self.num_threads,
        )
        return _handed_over(student, trainer.fit())

    def _model(self) -> Any:
        given = self.teacher or (dspy.settings.lm if self.optimizer.needs_teacher else None)
        return DspyChat(lm=given) if isinstance(given, dspy.BaseLM) else given


class TextualGradient(Compiler):
    """A teacher rewrites the instructions that are to blame."""

    def __init__(self, metric: Callable[..., Any], **settings: Any) -> None:
        super().__init__(metric, optimizer="textual-gradient", **settings)


class Demonstrations(Compiler):
    """Worked examples from steps that went well; no teacher."""

    def __init__(self, metric: Callable[..., Any], **settings: Any) -> None:
        super().__init__(metric, optimizer="demonstrations", **settings)


class GEPA(Compiler):
    """GEPA, with feedback for each predictor."""

    def __init__(self, metric: Callable[..., Any], **settings: Any) -> None:
        super().__init__(metric, optimizer="gepa", **settings)


def _refuse_unconfigured(student: Any) -> None:
    if not isinstance(student, dspy.Module):
        raise MisuseError(f"compile takes a dspy.Module, not a {type(student).__name__}.")
    for name, predict in student.named_predictors():
        models.check(name, predict.lm or dspy.settings.lm)


def _handed_over(student: dspy.Module, result: Result) -> dspy.Module:
    if result.status == IMPROVED:
        program = result.program
    else:
        logger.warning("%s: the program is as it was. %s", result.status, result.reason)
        program = student.deepcopy()
    program._compiled, program.detailed_results = True, result
    return program
