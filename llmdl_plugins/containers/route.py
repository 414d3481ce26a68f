"""A router reads the state and says which of several blocks runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layer, as_layers
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import every, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.sayings import place_of
from llmdl_plugins.updates import text_of


class Route(Module):
    """state → the update of the branch that the router names; calls: those of the router and of that branch.

        state ─▶ router ─┬─ "a" ─▶ branch a ─┐
                         └─ "b" ─▶ branch b ─┴─▶ update

    Args:
        router: writes one key, a text with the name of a branch; where it names none, the first branch runs.
        branches: name → block.

    Raises:
        MisuseError: there are fewer than two branches, or the router does not write one key.

    Source: routing as a hard mixture (Shazeer et al., 2017; RouteLLM, Ong et al., 2024).
    """

    def __init__(self, router: Module, branches: Mapping[str, Module]) -> None:
        if len(branches) < 2:
            raise MisuseError(f"Route needs 2 branches or more, got {len(branches)}.")
        router, branches = as_layer("Route", router), as_layers("Route", branches)
        self.key = written("Route", router)
        self.router, self.branches = router, branches
        self.reads = outside([router, *branches.values()])
        self.writes = every(branch.writes for branch in branches.values())

    def calls(self, **sizes: int) -> Calls:
        """Those of the router, and of the cheapest to the dearest branch."""
        branches = [branch.calls(**sizes) for branch in self.branches.values()]
        return self.router.calls(**sizes) + Calls(min(b.least for b in branches), max(b.most for b in branches))

    async def forward(self, state: State) -> Any:
        """The update of the branch that is named."""
        said = text_of(await self.router.ainvoke(state), self.key)
        return await self.branches[named_in(said, list(self.branches), 1)[0]].ainvoke(state)


def named_in(said: str, names: Sequence[str], most: int) -> list[str]:
    """The names that a text says first; what it does not say is filled up from the front.

    >>> named_in("Expert B, then a.", ["a", "b", "c"], 2), named_in("no idea", ["a", "b"], 1)
    (['b', 'a'], ['a'])
    """
    places = {name: at for name in names if (at := place_of(name, said)) is not None}
    ordered = [*sorted(places, key=places.__getitem__), *(name for name in names if name not in places)]
    return ordered[:most]
