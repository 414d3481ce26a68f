"""Teleprompters of DSPy whose teacher writes instructions, each with what it is given here."""

from __future__ import annotations

from typing import Any, ClassVar

import dspy
from dspy import teleprompt

from llmdl_dspy.teleprompt.metric import metric, metric_with_words
from llmdl_dspy.teleprompt.optimizer import Class, Teleprompter
from llmdl_dspy.teleprompt.ours import RIGHT, InferRulesFromRuns

_COMPILING: tuple[str, ...] = ("num_trials", "minibatch", "minibatch_size")


class COPRO(Teleprompter):
    """Instructions step by step, best of several, in rounds (Khattab et al., 2023)."""

    name = "dspy:copro"
    needs_teacher = True

    def compiled(self, class_: Class) -> Any:
        """The program that COPRO makes."""
        made = teleprompt.COPRO(metric=metric, **class_.options)
        tested = {"num_threads": class_.threads, "display_progress": False, "display_table": False}
        return made.compile(class_.student, trainset=class_.rows(), eval_kwargs=tested)


class MIPROv2(Teleprompter):
    """Instructions and worked examples together, by Bayesian search (Opsahl-Ong et al., 2024)."""

    name = "dspy:miprov2"
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"metric_threshold": RIGHT}

    def compiled(self, class_: Class) -> Any:
        """The program that MIPROv2 makes; `num_trials` and `minibatch_size` go to its `compile`."""
        options = dict(class_.options)
        more = {name: options.pop(name) for name in _COMPILING if name in options}
        made = teleprompt.MIPROv2(metric=metric, num_threads=class_.threads, seed=class_.seed, **options)
        # What it would read as the program's source is this bridge.
        more |= {"seed": class_.seed, "program_aware_proposer": False}
        return made.compile(class_.student, **class_.halves(), **more)


class GEPA(Teleprompter):
    """Instructions from reflection on what went wrong, on a Pareto front (Agrawal et al., 2025)."""

    name = "dspy:gepa"
    needs_teacher = True
    defaults: ClassVar[dict[str, Any]] = {"auto": "light"}

    def compiled(self, class_: Class) -> Any:
        """The program that GEPA makes."""
        return gepa(class_, **class_.options).compile(class_.student, **class_.halves())


class SIMBA(Teleprompter):
    """Rules and worked examples from rows on which runs differ (Khattab et al., 2025)."""

    name = "dspy:simba"
    needs_teacher = shows_rows = True

    def compiled(self, class_: Class) -> Any:
        """The program that SIMBA makes; its batch is at most all rows."""
        rows = class_.rows()
        options = {"bsize": min(32, len(rows)), **class_.options}
        made = teleprompt.SIMBA(metric=metric, num_threads=class_.threads, **options)
        return made.compile(class_.student, trainset=rows, seed=class_.seed)


class InferRules(Teleprompter):
    """Rules that a teacher reads off runs that went right (Khattab et al., 2025)."""

    name = "dspy:infer-rules"
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"metric_threshold": RIGHT}

    def compiled(self, class_: Class) -> Any:
        """The program that InferRules makes."""
        made = InferRulesFromRuns(metric=metric, num_threads=class_.threads, **class_.options)
        made.read = class_.desk.candidates.read
        return made.compile(class_.student, **class_.halves())


class BetterTogether(Teleprompter):
    """First examples, then instructions, and what is best on the way (Soylu et al., 2024); weights are left alone.

    `search` and `gepa` are the options of its two steps, BootstrapFewShotWithRandomSearch and GEPA.
    """

    name = "dspy:better-together"
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"strategy": "p -> g", "search": {}, "gepa": {"auto": "light"}}

    def compiled(self, class_: Class) -> Any:
        """The program that BetterTogether makes."""
        options, threads = class_.options, class_.threads
        steps = {
            "p": teleprompt.BootstrapFewShotWithRandomSearch(
                metric=metric, metric_threshold=RIGHT, num_threads=threads, **options["search"]
            ),
            "g": gepa(class_, **options["gepa"]),
        }
        class_.student.set_lm(class_.teacher)  # it asks for one; the network's models are its own
        made = teleprompt.BetterTogether(metric=metric, **steps)
        more = {"strategy": options["strategy"], "num_threads": threads, "seed": class_.seed}
        return made.compile(class_.student, **class_.halves(), **more)


def gepa(class_: Class, **options: Any) -> Any:
    """GEPA with its teacher."""
    given = {"reflection_lm": class_.teacher, "num_threads": class_.threads, "seed": class_.seed}
    return dspy.GEPA(metric=metric_with_words, **given, **options)
