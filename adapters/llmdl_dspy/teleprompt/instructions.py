"""Teleprompters of DSPy whose teacher writes instructions, each with what it is given here."""

from __future__ import annotations

from typing import Any, ClassVar

import dspy
from dspy import teleprompt

from llmdl_dspy.teleprompt import expecting
from llmdl_dspy.teleprompt.metric import metric, metric_with_words
from llmdl_dspy.teleprompt.optimizer import Lesson, Teleprompter
from llmdl_dspy.teleprompt.ours import RIGHT, InferRulesFromRuns
from llmdl_dspy.teleprompt.quiet import studies_quiet
from llmdl_plugins.run.work import Range, Size, Work


class COPRO(Teleprompter):
    """Instructions step by step, best of several, in rounds (Khattab et al., 2023)."""

    name = "dspy:copro"
    makers = (teleprompt.COPRO,)
    needs_teacher = True

    def expected(self, size: Size) -> Work:
        """Each instruction of each round, for each node, on all rows."""
        made = self.held.get("breadth", 10) * self.held.get("depth", 3) * size.parameters
        runs = Range(size.train, 0.6 * made * size.train, 1.0 * made * size.train)
        return expecting.one_proposal(size, runs, Range(size.parameters, made, made))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that COPRO makes."""
        made = teleprompt.COPRO(metric=metric, **lesson.options)
        tested = {"num_threads": lesson.threads, "display_progress": False, "display_table": False}
        return made.compile(lesson.student, trainset=lesson.rows(), eval_kwargs=tested)


class MIPROv2(Teleprompter):
    """Instructions and worked examples together, by Bayesian search (Opsahl-Ong et al., 2024)."""

    name = "dspy:miprov2"
    makers = (teleprompt.MIPROv2,)
    more = ("num_trials", "minibatch", "minibatch_size")
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"metric_threshold": RIGHT}

    def expected(self, size: Size) -> Work:
        """Candidates of both, and trials."""
        return expecting.proposed(size, self.held)

    def compiled(self, lesson: Lesson) -> Any:
        """The program that MIPROv2 makes; `num_trials` and `minibatch_size` go to its `compile`."""
        options = dict(lesson.options)
        compiling = {name: options.pop(name) for name in self.more if name in options}
        made = teleprompt.MIPROv2(metric=metric, num_threads=lesson.threads, seed=lesson.seed, **options)
        # What it would read as the program's source is this bridge.
        compiling |= {"seed": lesson.seed, "program_aware_proposer": False}
        with studies_quiet():
            return made.compile(lesson.student, **lesson.halves(), **compiling)


class GEPA(Teleprompter):
    """Instructions from reflection on what went wrong, on a Pareto front (Agrawal et al., 2025)."""

    name = "dspy:gepa"
    makers = (dspy.GEPA,)
    needs_teacher = True
    defaults: ClassVar[dict[str, Any]] = {"auto": "light"}

    def expected(self, size: Size) -> Work:
        """As many looks at rows as it may take."""
        return expecting.one_proposal(size, *expecting.reflected(size, self.held))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that GEPA makes."""
        return gepa(lesson, **lesson.options).compile(lesson.student, **lesson.halves())


class SIMBA(Teleprompter):
    """Rules and worked examples from rows on which runs differ (Khattab et al., 2025)."""

    name = "dspy:simba"
    makers = (teleprompt.SIMBA,)
    needs_teacher = shows_rows = True

    def expected(self, size: Size) -> Work:
        """In each step a batch in several draws, and what was made of it on the batch; the best on all rows."""
        rows = min(self.held.get("bsize", 32), size.train)
        steps, draws = self.held.get("max_steps", 8), self.held.get("num_candidates", 6)
        most = steps * 2.0 * draws * rows + (draws + 1) * size.train
        return expecting.one_proposal(size, Range(rows, 0.5 * most, most), Range(0, steps * 2.0, 1.0 * steps * draws))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that SIMBA makes; its batch is at most all rows."""
        rows = lesson.rows()
        options = {"bsize": min(32, len(rows)), **lesson.options}
        made = teleprompt.SIMBA(metric=metric, num_threads=lesson.threads, **options)
        return made.compile(lesson.student, trainset=rows, seed=lesson.seed)


class InferRules(Teleprompter):
    """Rules that a teacher reads off runs that went right (Khattab et al., 2025)."""

    name = "dspy:infer-rules"
    makers = (teleprompt.InferRules, teleprompt.BootstrapFewShot)
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"metric_threshold": RIGHT}

    def expected(self, size: Size) -> Work:
        """Sets of rules, each on a validation set."""
        sets = self.held.get("num_candidates", 10)
        runs = expecting.bootstrapped(size, size.train / 2, 4.0).plus(expecting.tried(size, sets))
        asked = 1.0 * sets * size.parameters
        return expecting.one_proposal(size, runs, Range(0, asked, 2 * asked))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that InferRules makes."""
        made = InferRulesFromRuns(metric=metric, num_threads=lesson.threads, **lesson.options)
        made.read = lesson.desk.candidates.read
        return made.compile(lesson.student, **lesson.halves())


class BetterTogether(Teleprompter):
    """First examples, then instructions, and what is best on the way (Soylu et al., 2024); weights are left alone.

    `search` and `gepa` are the options of its two steps, BootstrapFewShotWithRandomSearch and GEPA.
    """

    name = "dspy:better-together"
    needs_teacher = shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"strategy": "p -> g", "search": {}, "gepa": {"auto": "light"}}

    def expected(self, size: Size) -> Work:
        """A random search, GEPA, and what came of each on a validation set."""
        options = self.held
        runs, teacher = expecting.reflected(size, options["gepa"])
        runs = runs.plus(expecting.searched(size, options["search"])).plus(expecting.tried(size, 3.0))
        return expecting.one_proposal(size, runs, teacher)

    def compiled(self, lesson: Lesson) -> Any:
        """The program that BetterTogether makes."""
        options, threads = lesson.options, lesson.threads
        steps = {
            "p": teleprompt.BootstrapFewShotWithRandomSearch(
                metric=metric, metric_threshold=RIGHT, num_threads=threads, **options["search"]
            ),
            "g": gepa(lesson, **options["gepa"]),
        }
        lesson.student.set_lm(lesson.teacher)  # it asks for one; the network's models are its own
        made = teleprompt.BetterTogether(metric=metric, **steps)
        more = {"strategy": options["strategy"], "num_threads": threads, "seed": lesson.seed}
        return made.compile(lesson.student, **lesson.halves(), **more)


def gepa(lesson: Lesson, **options: Any) -> Any:
    """GEPA with its teacher."""
    given = {"reflection_lm": lesson.teacher, "num_threads": lesson.threads, "seed": lesson.seed}
    return dspy.GEPA(metric=metric_with_words, **given, **options)
