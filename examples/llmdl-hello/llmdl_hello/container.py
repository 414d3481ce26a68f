"""Layers that stand in for each other."""

from llmdl_plugins import Module


class Fallback(Module):
    """state → the update of the first layer that says something; calls: those of the layers that were asked.

    Args:
        layers: asked one after the other; an empty text counts as nothing said.
        target: the state key that they write.
    """

    def __init__(self, *layers: Module, target: str = "answer"):
        self.layers, self.target = list(layers), target

    async def forward(self, state):
        update = {}
        for layer in self.layers:
            update = await layer.ainvoke(state)
            if str(update.get(self.target, "")).strip():
                break
        return update
