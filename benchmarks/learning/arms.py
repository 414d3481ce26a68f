"""The optimizers that are compared, by name, and what each needs."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from learning.gepa_arm import run_gepa
from learning.ours import NAME, OTHER_FEEDBACK, no_switch, run_ours
from learning.plain import run_append_all, run_random
from learning.textgrad_arm import run_textgrad

SAME = "as another arm here"
MANY = ("blame", "coupled")  # worlds of more than one step


@dataclass(frozen=True)
class Arm:
    """An optimizer.

    Args:
        run: on a `Lab`, with settings of its own by name.
        package: what has to be installed.
        worlds: where it differs from another arm; None is everywhere.
        lacks: why it can't run here, if it can't.
    """

    run: Callable[..., None]
    package: str = "llmdl_plugins"
    worlds: tuple[str, ...] | None = None
    lacks: Callable[[], str] = str

    def missing(self, world: str) -> str:
        """Why it doesn't run in a world, or nothing."""
        if self.worlds is not None and world not in self.worlds:
            return SAME
        return self.lacks() if importlib.util.find_spec(self.package) else f"{self.package} is not installed"


ARMS: dict[str, Arm] = {
    NAME: Arm(run_ours),
    **{f"{NAME} {kind}": Arm(partial(run_ours, feedback=kind), lacks=no_switch) for kind in OTHER_FEEDBACK},
    "append-all": Arm(run_append_all),
    "random": Arm(run_random),
    "gepa": Arm(run_gepa, "gepa"),
    "gepa shared": Arm(partial(run_gepa, own=False), "gepa", MANY),
    "textgrad": Arm(run_textgrad, "textgrad"),
}
