"""Teleprompters of DSPy that choose worked examples, each with what it is given here; none needs a teacher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from dspy import teleprompt

from llmdl_dspy.teleprompt import expecting
from llmdl_dspy.teleprompt.metric import metric
from llmdl_dspy.teleprompt.optimizer import Lesson, Teleprompter
from llmdl_dspy.teleprompt.ours import RIGHT, SeededOptuna, majority, score
from llmdl_dspy.teleprompt.quiet import studies_quiet
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.foreign.candidate import Candidate
from llmdl_plugins.run.work import Size, Work

_POOL = "retrieved/pool"


class LabeledFewShot(Teleprompter):
    """Train rows as worked examples, without a test of their own (Khattab et al., 2023)."""

    name = "dspy:labeled-few-shot"
    makers = (teleprompt.LabeledFewShot,)
    shows_rows = True

    def expected(self, size: Size) -> Work:
        """The screen alone."""
        return expecting.one_proposal(size)

    def compiled(self, lesson: Lesson) -> Any:
        """The program that LabeledFewShot makes."""
        return teleprompt.LabeledFewShot(**lesson.options).compile(lesson.student, trainset=lesson.rows())


class BootstrapFewShot(Teleprompter):
    """Runs that went right, as worked examples of every step (Khattab et al., 2023)."""

    name = "dspy:bootstrap-few-shot"
    makers: ClassVar[Sequence[Callable[..., Any]]] = (teleprompt.BootstrapFewShot,)
    shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"metric_threshold": RIGHT}

    def expected(self, size: Size) -> Work:
        """Rows until enough of them went right."""
        demos = self.held.get("max_bootstrapped_demos", 4)
        return expecting.one_proposal(size, expecting.bootstrapped(size, size.train, demos))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that BootstrapFewShot makes."""
        made = teleprompt.BootstrapFewShot(metric=metric, **lesson.options)
        return made.compile(lesson.student, trainset=lesson.rows())


class RandomSearch(BootstrapFewShot):
    """The best of several sets of such examples (Khattab et al., 2023)."""

    name = "dspy:bootstrap-few-shot-with-random-search"
    makers = (teleprompt.BootstrapFewShotWithRandomSearch,)

    def expected(self, size: Size) -> Work:
        """Sets of examples, each on a validation set."""
        return expecting.one_proposal(size, expecting.searched(size, self.held))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that BootstrapFewShotWithRandomSearch makes."""
        return searched(lesson, **lesson.options)


class WithOptuna(Teleprompter):
    """One such example for each step, chosen by Optuna (Khattab et al., 2023)."""

    name = "dspy:bootstrap-few-shot-with-optuna"
    makers = (teleprompt.BootstrapFewShotWithOptuna,)
    shows_rows = True
    defaults: ClassVar[dict[str, Any]] = {"max_demos": 4}

    def expected(self, size: Size) -> Work:
        """Trials on a validation set."""
        return expecting.one_proposal(size, expecting.searched(size, self.held))

    def compiled(self, lesson: Lesson) -> Any:
        """The program that BootstrapFewShotWithOptuna makes."""
        options = dict(lesson.options)
        most = options.pop("max_demos")
        made = SeededOptuna(metric=metric, num_threads=lesson.threads, **options)
        made.seed = lesson.seed
        with studies_quiet():
            return made.compile(lesson.student, max_demos=most, **lesson.halves())


class KNNFewShot(BootstrapFewShot):
    """Of the runs that went right the nearest to each question, as worked examples (Khattab et al., 2023).

    DSPy's KNNFewShot makes a program that searches when it is called.  Here what is searched are values of a layer that
    retrieves, by words in place of an embedding: so it can be tested and handed over.
    """

    name = "dspy:knn-few-shot"
    makers = ()
    recipe = "demonstrations"
    defaults: ClassVar[dict[str, Any]] = {"k": 3}

    def expected(self, size: Size) -> Work:
        """Every row once."""
        return expecting.one_proposal(size, expecting.bootstrapped(size, size.train, size.train))

    def compiled(self, lesson: Lesson) -> Any:
        """The values of each layer that retrieves."""
        problem, candidates, rows = lesson.problem, lesson.desk.candidates, lesson.rows()
        nodes = [name.removesuffix(_POOL) for name in problem.parameters if name.endswith(_POOL)]
        if not nodes:
            raise MisuseError(f"{self.name} needs a node that retrieves examples: --recipe demonstrations --node NODE.")
        options = {"metric_threshold": RIGHT, "max_bootstrapped_demos": len(rows), "max_labeled_demos": 0}
        program = teleprompt.BootstrapFewShot(metric=metric, **options).compile(lesson.student, trainset=rows)
        values = dict[str, Any]()
        for node in nodes:
            inside = next((n for name, n in program.nodes.items() if name.startswith(node)), None)
            if inside is not None and (demos := candidates.read(inside)[0]):
                chosen = {"chosen": "retrieved", _POOL: demos, "retrieved/select": "nearest"}
                values |= {f"{node}{name}": value for name, value in chosen.items()}
                values[f"{node}retrieved/k"] = lesson.options["k"]
        return Candidate({name: value for name, value in values.items() if name in problem.parameters})


class Ensemble(BootstrapFewShot):
    """The majority of the best sets of examples of a random search (Khattab et al., 2023).

    Several sets of values are no single one, so what is proposed is the best member; how the majority did is told.
    `recipe="vote"` makes a network that is drawn several times.
    """

    name = "dspy:ensemble"
    makers = (teleprompt.BootstrapFewShotWithRandomSearch,)
    defaults: ClassVar[dict[str, Any]] = {"size": 3}

    def expected(self, size: Size) -> Work:
        """A random search."""
        return expecting.one_proposal(size, expecting.searched(size, self.held))

    def compiled(self, lesson: Lesson) -> Any:
        """The best member."""
        options = dict(lesson.options)
        size = options.pop("size")
        best = searched(lesson, **options)
        members = [one["program"] for one in best.candidate_programs[:size]]
        together = teleprompt.Ensemble(reduce_fn=majority).compile(members)
        found = [score(lesson, program) for program in (together, members[0])]
        lesson.problem.say(
            f"{self.name}: on validation rows the majority of {len(members)} sets of examples scores {found[0]:.2f}, "
            f"the best of them {found[1]:.2f}: several sets of values are no single one, so that one is proposed"
        )
        return members[0]


def searched(lesson: Lesson, **options: Any) -> Any:
    """The best program of a random search over sets of examples."""
    given = {"metric_threshold": RIGHT, "num_threads": lesson.threads, **options}
    made = teleprompt.BootstrapFewShotWithRandomSearch(metric=metric, **given)
    return made.compile(lesson.student, **lesson.halves())
