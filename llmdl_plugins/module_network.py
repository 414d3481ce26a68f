"""Our own layers as a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmdl_plugins.binding import using
from llmdl_plugins.gates import Conditions, conditions
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network


class ModuleNetwork(Network):
    """Our own layers as a network."""

    exports = ("weights", "module", "graph")

    def __init__(self, root: Module) -> None:
        super().__init__(root.get_name(), root.named_parameters())
        self.root = root

    def conditions(self) -> Conditions:
        """What the containers say."""
        return conditions([self.root], self._names())

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """The state after the root layer: inputs and update together."""
        update = await self.root.ainvoke(inputs, config)
        return {**inputs, **update}

    def draw(self, form: str = "mermaid") -> str:
        """Its layers within each other, with the values in force: "mermaid" or "svg"."""
        if form not in ("mermaid", "svg"):
            return super().draw(form)
        from llmdl_plugins.drawing import mermaid, outline, svg

        with using(self.values()):
            box = outline.outline(self.root)
        return mermaid.mermaid(box) if form == "mermaid" else svg.nested(box)

    def export(self, form: str, values: Mapping[str, Any] | None = None) -> Any:
        """The network with these values, in the form asked for.

        Args:
            form: "weights" (JSON values), "module" (file name → text of a folder that runs under LangGraph alone), or
                "graph" (the compiled graph of that folder).
            values: name → value; what is in force, by default.

        Raises:
            MisuseError: an unknown form, or a layer that can't be written down.
        """
        if form not in ("module", "graph"):
            return super().export(form, values)
        from llmdl_plugins.standalone.graph import loaded, standalone

        with self.using(self.changed(values)):
            files = standalone(self.root)
        return files if form == "module" else loaded(files)
