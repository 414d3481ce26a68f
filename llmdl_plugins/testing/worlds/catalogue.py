"""Every world by the name of its skill."""

from __future__ import annotations

from llmdl_plugins.testing.skills import CoupledWorld, NullWorld, TrapWorld
from llmdl_plugins.testing.world import World
from llmdl_plugins.testing.worlds.blame import BlameWorld
from llmdl_plugins.testing.worlds.crowded import CrowdedWorld
from llmdl_plugins.testing.worlds.defective import DefectiveWorld
from llmdl_plugins.testing.worlds.drift import DriftWorld
from llmdl_plugins.testing.worlds.slices import SlicesWorld

WORLDS: dict[str, type[World]] = {
    "rule": World,
    "trap": TrapWorld,
    "coupled": CoupledWorld,
    "null": NullWorld,
    "echo": World,
    "blame": BlameWorld,
    "crowded": CrowdedWorld,
    "slices": SlicesWorld,
    "drift": DriftWorld,
    "defective": DefectiveWorld,
}
