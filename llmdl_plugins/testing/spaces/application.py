"""A world of effects as an application: a network whose choices are the world's, for trainers and workers."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.gates import Conditions
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import digest
from llmdl_plugins.testing.spaces.effects import EffectsWorld
from llmdl_plugins.testing.spaces.world import sigmoid


class SpaceNetwork(Network):
    """Right or wrong by the world's truth, row by row; the same row is answered the same way again.

    Args:
        world: whose choices it has.
    """

    def __init__(self, world: EffectsWorld) -> None:
        options = world.space.options.items()
        made = {name: Parameter(world.space.start[name], kind="choice", options=given) for name, given in options}
        super().__init__(f"{world.kind} {world.seed}", made)
        self.world = world

    def conditions(self) -> Conditions:
        """Those of the world."""
        return self.world.space.conditions

    async def forward(self, inputs: Any, config: Any = None) -> dict[str, str]:
        """Right, with the chance that the architecture in force has on this row."""
        world, row = self.world, inputs["row"]
        number = world.numbers[world.space.of({name: p.value for name, p in self.named_parameters().items()})]
        hard = world.difficulty(_uniform("difficulty", world.seed, row))
        luck = _uniform("luck", world.seed, number, row)
        return {"answer": "right" if luck < sigmoid(world.skill[number] - hard) else "wrong"}


def rows(split: str, count: int) -> list[dict[str, Any]]:
    """Rows for it; those of different splits are different."""
    return [{"inputs": {"row": f"{split} {n}"}, "expected": {"answer": "right"}} for n in range(count)]


def _uniform(*parts: Any) -> float:
    return (int(digest(*parts)[:12], 16) + 0.5) / 16**12
