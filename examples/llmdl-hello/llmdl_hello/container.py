"""Layers that stand in for each other."""

from llmdl_plugins import Calls, Module


class Fallback(Module):
    """state → the update of the first layer that says something; calls: those of the layers that were asked.

    Args:
        layers: asked one after the other; an empty text counts as nothing said.
        target: the state key that they write.
    """

    def __init__(self, *layers: Module, target: str = "answer"):
        self.layers, self.target = list(layers), target

    def calls(self, **sizes: int) -> Calls:
        """Those of the first layer, and at most those of all."""
        each = [layer.calls(**sizes) for layer in self.layers]
        return Calls(each[0].least, sum(made.most for made in each))

    async def forward(self, state):
        update = {}
        for layer in self.layers:
            update = await layer.ainvoke(state)
            if str(update.get(self.target, "")).strip():
                break
        return update
