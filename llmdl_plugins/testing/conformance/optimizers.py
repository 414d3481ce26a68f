"""What an optimizer promises."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from llmdl_plugins.network import Network
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.work import Range, Size, Work
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.desk import desk
from llmdl_plugins.testing.conformance.training import Ran, folder, ran
from llmdl_plugins.testing.simulator import Simulator
from llmdl_plugins.training.result import STOPPED

_TIGHT = 150
_STOP_AFTER = 2
_first_runs: dict[type, Ran] = {}


class OptimizerCases(Case):
    """It trains a small agent of two nodes; write `application` where it needs another."""

    kind = "optimizers"
    seconds: ClassVar[float] = 60.0

    def made(self) -> Optimizer:
        """The optimizer, new."""
        return self.target()  # type: ignore[no-any-return]

    def application(self) -> tuple[Network, Simulator]:
        """What is trained, and the model that it asks: on this one calls are counted."""
        return desk().network(), desk().simulator

    def ran(self, place: Path | None = None, **options: Any) -> Ran:
        """One run of the trainer with a new optimizer."""
        return ran(self.made(), *self.application(), place, **{"seconds": self.seconds, **options})

    def test_it_is_an_optimizer(self) -> None:
        """It is an Optimizer, made without arguments, with a name of its own."""
        made = self.made()
        assert isinstance(made, Optimizer), f"it is a {type(made).__name__}: subclass llmdl_plugins.Optimizer"
        assert made.name and made.name != Optimizer.name, "it has no `name`: reports would not say what was used"

    def test_it_says_how_much_work_it_expects(self) -> None:
        """`expected` gives a range of rollouts and teacher calls, so that --dry-run can estimate."""
        found = self.made().expected(Size(train=100, val=50, parameters=3, choices=1))
        assert isinstance(found, Work), f"`expected` gives a {type(found).__name__}, not a Work"
        for name, amount in vars(found).items():
            assert isinstance(amount, Range) and 0 <= amount.low <= amount.likely <= amount.high, f"{name}: {amount}"

    def test_it_ends_with_the_budget(self) -> None:
        """Where the budget ends it ends, and no call more is made."""
        found = self.ran(budget=f"{_TIGHT} calls")
        assert found.calls <= _TIGHT, f"{found.calls} calls were made, {_TIGHT} were allowed"

    def test_it_proposes_only_what_can_be(self) -> None:
        """It proposes values for trainable parameters that keep their slots, kinds and options."""
        wrong = first_run(self).notes.wrong
        assert not wrong, f"it proposed what can't be: {wrong[0]}"

    def test_it_waits_for_what_it_asks(self) -> None:
        """It awaits all that it asks of the problem: what is not awaited is not done."""
        forgotten = first_run(self).notes.forgotten
        assert not forgotten, f"{forgotten[0]}: write `await` before it"

    def test_it_does_the_same_under_the_same_seed(self) -> None:
        """Two runs with one seed propose the same in the same order."""
        once, again = ([p.changes for p in found.notes.proposals] for found in (first_run(self), self.ran()))
        _skip_idle(once)
        assert once == again, f"it proposed {_differing(once, again)}: draw from problem.seed alone"

    def test_a_run_that_was_stopped_goes_on(self) -> None:
        """Stopped and started again it comes to the same verdicts, and no call is paid twice."""
        unbroken = first_run(self)
        with folder() as place:
            first = self.ran(place, stop_after=_STOP_AFTER)
            if first.result.status != STOPPED:
                pytest.skip("it had ended before it was stopped")
            second = self.ran(place)
        assert second.figures == unbroken.figures, (
            f"it came to {second.figures}, unbroken to {unbroken.figures}: keep nothing between two runs"
        )
        paid = first.calls + second.calls
        assert paid == unbroken.calls, (
            f"{paid} calls were made in two parts, {unbroken.calls} in one: keep nothing between two runs"
        )

    def test_it_sees_train_rows_and_verdicts_alone(self) -> None:
        """It looks at nothing else: neither at val items and their scores, nor at sealed rows."""
        seen = [t for t in first_run(self).notes.trespasses if " sets " not in t]
        assert not seen, f"{seen[0]}: what it may use is what a problem's public names show"

    def test_it_gains_nothing_by_claims(self) -> None:
        """What is handed over is what the screen accepted, whatever it says of itself."""
        found = first_run(self)
        claimed = [t for t in found.notes.trespasses if " sets " in t]
        assert not claimed, f"{claimed[0]}: values are changed by problem.propose alone"
        accepted: dict[str, Any] = {}
        for proposal in found.notes.proposals:
            accepted |= proposal.changes if proposal.accepted else {}
        assert found.notes.incumbent == accepted, "the incumbent is not what the screen accepted"
        made = len(found.notes.proposals)
        assert found.notes.verdicts <= made, f"there are {found.notes.verdicts} verdicts on {made} proposals"


def first_run(case: OptimizerCases) -> Ran:
    """The run that several promises look at."""
    if type(case) not in _first_runs:
        _first_runs[type(case)] = case.ran()
    return _first_runs[type(case)]


def _skip_idle(proposed: list[Mapping[str, Any]]) -> None:
    if not proposed:
        pytest.skip("it proposed nothing for the application of the cases: write `application` in your own tests")


def _differing(once: list[Mapping[str, Any]], again: list[Mapping[str, Any]]) -> str:
    for n, (one, other) in enumerate(zip(once, again, strict=False)):
        if one != other:
            return f"as number {n + 1} once {str(one)[:120]}, then {str(other)[:120]}"
    return f"{len(once)} values once, then {len(again)}"
