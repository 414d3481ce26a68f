"""The teleprompters of DSPy, each with what it is given here."""

from __future__ import annotations

from typing import Any, ClassVar

import dspy
from dspy import teleprompt

from llmdl_dspy.teleprompt.metric import metric, metric_with_words
from llmdl_dspy.teleprompt.optimizer import Class, Teleprompter

RIGHT = 1.0  # a demonstration is a run without a fault
_QUIET: dict[str, Any] = {"display_progress": False, "display_table": False}


class LabeledFewShot(Teleprompter):
    """Train rows as worked examples, without a test of their own (Khattab et al., 2023)."""

    name = "dspy:labeled-few-shot"
    shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"k": 8}

    def compiled(self, class_: Class) -> Any:
        return teleprompt.LabeledFewShot(**class_.options).compile(class_.student, trainset=class_.rows())


class BootstrapFewShot(Teleprompter):
    """Runs that went right, as worked examples of every step (Khattab et al., 2023)."""

    name = "dspy:bootstrap-few-shot"
    shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"metric_threshold": RIGHT, "max_labeled_demos": 4}

    def compiled(self, class_: Class) -> Any:
        made = teleprompt.BootstrapFewShot(metric=metric, **class_.options)
        return made.compile(class_.student, trainset=class_.rows())


class COPRO(Teleprompter):
    """Instructions step by step, best of several, in rounds (Khattab et al., 2023)."""

    name = "dspy:copro"
    needs_teacher = True
    defaults: ClassVar[dict[str, Any]] = {"breadth": 6, "depth": 3}

    def compiled(self, class_: Class) -> Any:
        made = teleprompt.COPRO(metric=metric, **class_.options)
        tested = {"num_threads": class_.threads, **_QUIET}
        return made.compile(class_.student, trainset=class_.rows(), eval_kwargs=tested)


class MIPROv2(Teleprompter):
    """Instructions and worked examples together, by Bayesian search (Opsahl-Ong et al., 2024)."""

    name = "dspy:miprov2"
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"auto": "light", "metric_threshold": RIGHT}

    def compiled(self, class_: Class) -> Any:
        made = teleprompt.MIPROv2(metric=metric, num_threads=class_.threads, seed=class_.seed, **class_.options)
        # What it would read as the program's source is this bridge.
        return made.compile(class_.student, **class_.halves(), seed=class_.seed, program_aware_proposer=False)


class GEPA(Teleprompter):
    """Instructions from reflection on what went wrong, on a Pareto front (Agrawal et al., 2025)."""

    name = "dspy:gepa"
    needs_teacher = True
    defaults: ClassVar[dict[str, Any]] = {"auto": "light"}

    def compiled(self, class_: Class) -> Any:
        made = dspy.GEPA(
            metric=metric_with_words,
            reflection_lm=class_.teacher,
            num_threads=class_.threads,
            seed=class_.seed,
            **class_.options,
        )
        return made.compile(class_.student, **class_.halves())
