"""What an optimizer is: it sees a problem and proposes; the screen decides."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.coroutines import waited_for
from llmdl_plugins.errors import MisuseError, UnknownNameError
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.work import Range, Size, Work

NOTHING = Range(0, 0, 0)


class Optimizer:
    """Subclass it and write `optimize`: it ends when nothing is left to try, or when the budget stops it.

    `needs_teacher` says whether it can work without one; `recipe` names the recipe that gives a network the parameters
    that it trains, where they are not there already. `shows_rows` says whether its values hold train rows.
    """

    name = "optimizer"
    needs_teacher = False
    recipe: str | None = None
    shows_rows = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        waited_for(cls, "optimize")

    async def optimize(self, problem: Problem) -> None:
        """Propose until done; what was accepted is `problem.incumbent`."""
        raise NotImplementedError

    def check(self, problem: Problem) -> None:
        """Refuse, before anything is run for it, what can't be optimized by this.

        Raises:
            MisuseError: says what to do.
        """

    def expected(self, size: Size) -> Work:
        """How much work a problem of this size is likely to be; `--dry-run` asks.

        What stands here is a guess for optimizers that don't say: ten proposals, on half of the val rows each.
        """
        rows = size.train + size.val
        return Work(Range(rows, 5 * rows, 30 * rows), Range(0, 10.0, 30.0 * rows) if self.needs_teacher else NOTHING)


def resolve(optimizer: str | Optimizer, has_teacher: bool) -> Optimizer:
    """An optimizer or search by name, or as it is; "auto" is textual-gradient with a teacher, demonstrations without.

    Names joined by "+" take turns.

    Raises:
        UnknownNameError: no plugin offers it, or it needs a teacher and there is none.
    """
    if isinstance(optimizer, str):
        chosen = {True: "textual-gradient", False: "demonstrations"}[has_teacher] if optimizer == "auto" else optimizer
        if "+" in chosen:
            optimizer = find("optimizers", "alternate")(*chosen.split("+"))
        else:
            optimizer = find("optimizers", chosen, also="searches")()
    if not isinstance(optimizer, Optimizer):
        raise MisuseError(f"{type(optimizer).__name__} is no Optimizer: subclass llmdl_plugins.Optimizer.")
    if optimizer.needs_teacher and not has_teacher:
        raise UnknownNameError(
            f"The optimizer {optimizer.name!r} needs a teacher: give one (--teacher PROVIDER:NAME), "
            "or choose 'demonstrations', which needs none."
        )
    return optimizer
