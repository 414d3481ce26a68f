"""Every kind of world by its name."""

from __future__ import annotations

from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.testing.spaces.desk import DeskWorld
from llmdl_plugins.testing.spaces.effects import EffectsWorld
from llmdl_plugins.testing.spaces.world import SpaceWorld

EFFECTS = ("mixed", "flat", "rugged", "conditional", "null")
KINDS = (*EFFECTS, "desk")


def space_world(kind: str, seed: int) -> SpaceWorld:
    """A world of a kind.

    Raises:
        MisuseError: there is no such kind.
    """
    if kind not in KINDS:
        raise MisuseError(f"There is no world {kind!r}.{did_you_mean(kind, KINDS)}")
    return DeskWorld(seed) if kind == "desk" else EffectsWorld(seed, kind)
