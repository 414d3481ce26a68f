"""The course of one run: learn what a row takes, keep the sealed test's share, train, open the seal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from llmdl_plugins.data import gaps
from llmdl_plugins.door.transport import transport
from llmdl_plugins.errors import BudgetError, MisuseError, ParameterError, PluginError, Stopped
from llmdl_plugins.figures import percent
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.evaluate import ORIGINAL, Evaluator
from llmdl_plugins.run.feedback import Feedback, failure_modes
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.overshoot import overshoot
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.teacher import Teacher
from llmdl_plugins.training.backward import backward
from llmdl_plugins.training.baseline import no_model_baseline
from llmdl_plugins.training.openings import count_opening, openings_before
from llmdl_plugins.training.pairs import FEWEST, rows_for_ties
from llmdl_plugins.training.probe import PROBES, check_probes
from llmdl_plugins.training.sealed import Sealed, sealed_test, units
from llmdl_plugins.training.setup import Setup

MARGIN = 1.5


@dataclass
class Course:
    """One run under way.

    Args:
        say: tells the user something.
        openings: how often the test set was opened, this time counted; 0 as long as it is sealed.
    """

    setup: Setup
    meter: Meter
    evaluator: Evaluator
    say: Callable[[str], None]
    openings: int = 0

    def __post_init__(self) -> None:
        setup, cashier = self.setup, self.evaluator.cashier
        teacher = Teacher(setup.teacher, cashier) if setup.teacher is not None else None
        self.problem = Problem(
            self.evaluator,
            setup.splits.train,
            teacher,
            setup.seed,
            self._keep,
            self._feedback,
            setup.splits.val,
            untestable=self._untestable,
            aim=setup.aim,
        )

    async def run(self) -> Sealed | None:
        """The whole of it; None where nothing was accepted, so that the seal stays."""
        async with transport(self.setup.fast_http, self.setup.concurrency, self.say):
            self._introduce()
            await self._set_aside()
            await self._train()
            changed = self.setup.network.changed(self.problem.incumbent)
            return await self._open_seal() if changed else None

    def _introduce(self) -> None:
        splits = self.setup.splits
        self.say(
            f"{len(splits.train)} train, {len(splits.val)} val, {len(splits.test)} sealed test rows; "
            f"optimizer {self.setup.optimizer.name}"
        )
        if not self.setup.content and self.setup.folder:
            self.say(
                "no texts are stored: of a run that is interrupted the scores go on, but calls whose texts are needed "
                "are paid again, the report shows no feedback, and export --verify has nothing to compare with"
            )
        for text in self._doubts(len(splits.test), units(splits)):
            self.warn(text)

    def _doubts(self, rows: int, apart: int) -> Iterator[str]:
        """What the rows can't show, or show too well."""
        if (margin := self.setup.aim.margin) and apart < (fewest := rows_for_ties(margin)):
            yield (
                f"{apart} sealed rows can't show that nothing is lost beyond {100 * margin:g} points, even "
                f"if every answer stays the same: that takes {fewest}. Give more (--test), or a larger margin"
            )
        if apart < FEWEST:
            yield (
                f"the {rows} sealed rows count as {apart}, since those of a group and near-duplicates are one, and "
                f"fewer than {FEWEST} can't show a gain: give rows of more groups, or, if groups are kinds of "
                "rows, a file for each of train, val and test"
            )
        if twins := self.setup.splits.twins:
            yield f"{len(twins)} train or val rows have a near-duplicate in test"
        yield from gaps([*self.setup.splits.train, *self.setup.splits.val, *self.setup.splits.test])
        if others := openings_before(self.setup.splits.test, self._name):
            runs = f"{others} other run{'' if others == 1 else 's'}"
            yield f"{runs} opened these test rows before: each look makes a gain by chance likelier. Fresh rows: --test"

    @property
    def _name(self) -> str:
        """What openings of the test set are counted by."""
        folder = self.setup.folder
        return str(folder.path.resolve()) if folder else f"memory/{id(self)}"

    async def _set_aside(self) -> None:
        """Learn from two rows what a rollout takes, and keep the sealed test's share."""
        if words := overshoot(self.meter, self.setup.concurrency):
            self.say(f"budget: {words}")
        try:
            check_probes(await self.evaluator.evaluate([{}], self.setup.splits.train[:PROBES], phase="probe"))
        except Stopped as stopped:
            if self.meter.stop_reason:
                raise
            raise BudgetError(
                f"The budget can't hold the {PROBES} rows that show what a row takes: {stopped.reason}. Give more."
            ) from None
        self.meter.set_aside(self._need())
        if words and (known := overshoot(self.meter, self.setup.concurrency)) != words:
            self.say(f"budget: {known}")

    def _need(self, values: Values = ORIGINAL, margin: float = MARGIN) -> Spent:
        """What the sealed test of a candidate takes: calls as seen so far, tokens, dollars and time with a margin.

        The last call must find the room that it reserves, however little it will use of it.
        """
        rows, sides = len(self.setup.splits.test), [self.evaluator.heaviest(side) for side in (ORIGINAL, values)]
        runs, largest = 2 * rows, self.meter.largest().values()
        tokens = margin * rows * sum(s.tokens for s in sides) + max((h.tokens for h in largest), default=0)
        usd = margin * rows * sum(s.usd for s in sides) + max((h.usd for h in largest), default=0.0)
        seconds = margin * runs * self.meter.elapsed() / max(1, self.meter.spent.rollouts)
        return Spent(rows * sum(s.calls for s in sides), runs, int(tokens), usd, seconds)

    async def _train(self) -> None:
        optimizer, untouched = self.setup.optimizer, self._untouched()
        try:
            await optimizer.optimize(self.problem)
        except ParameterError as error:
            raise PluginError(f"The optimizer {optimizer.name!r} tried a value that can't be: {error}") from error
        except Stopped as stopped:
            if self.meter.stop_reason:
                raise
            self.say(f"training ends: {stopped.reason}")
        finally:
            await self.problem.stage.end()
        if self._untouched() != untouched:
            raise PluginError(
                f"The optimizer {optimizer.name!r} changed the application itself, so there is nothing left to "
                "compare with: values are changed by problem.propose alone. Use another optimizer in another folder."
            )

    def _untouched(self) -> str:
        """What the application is without any candidate: an optimizer changes nothing of it."""
        parameters = self.setup.network.named_parameters().items()
        return digest({name: [plain(p.default), p.trainable] for name, p in parameters})

    async def _open_seal(self) -> Sealed:
        splits = self.setup.splits
        self.meter.aside = Spent()
        self.openings = count_opening(splits.test, self._name, self.warn)
        final, seed, aim = self.problem.incumbent, self.setup.seed, self.setup.aim
        sealed = await sealed_test(self.evaluator, {}, final, splits.test, seed, aim, splits.kinds)
        baseline = await no_model_baseline(splits.train, splits.test, self.setup.loss)
        if isinstance(baseline, str):
            self.evaluator.ledger.add_event("no baseline", {"why": baseline})
        else:
            self.evaluator.ledger.add_event("baseline", plain(baseline))
            nearest, vote, weighted = (percent(share) for share in (baseline.nearest, baseline.vote, baseline.weighted))
            self.say(f"without any model: nearest train row {nearest}, vote of ten {vote}, weighted vote {weighted}")
        return sealed

    def _keep(self, values: Values) -> None:
        """Remember a new incumbent: its sealed test has to be held, and a crash must not lose it."""
        self.meter.aside = self._need(values)
        if self.setup.folder:
            self.setup.folder.write("best.json", {"values": plain(values)})

    def _untestable(self, values: Values) -> str:
        limit = self.meter.lacks(self._need(values, margin=1.0))
        return f"what is left of {limit} can't hold its sealed test" if limit else ""

    async def _feedback(self, failed: Sequence[Rollout], values: Values = ORIGINAL) -> list[Feedback]:
        problem, network = self.problem, self.setup.network
        if problem.teacher is None:
            raise MisuseError("Feedback needs a teacher.")
        names = {p: name for name, p in network.named_parameters().items()}
        # The place tells apart what the same failure says under another incumbent.
        place = str(self.meter.spent.rollouts)
        with problem.stage.work(), network.under(network.checked({**problem.incumbent, **values})):
            said = await backward(failed, problem.teacher, names, place, problem.refused)
        for parameter in dict.fromkeys(one.parameter for one in said):
            for mode in failure_modes(said, parameter):
                self.evaluator.ledger.add_event(
                    "feedback", {"parameter": names[parameter], "words": mode.words, "count": mode.count}
                )
        return said

    def warn(self, text: str) -> None:
        """Tell the user something to look at."""
        self.say(f"warning: {text}")
