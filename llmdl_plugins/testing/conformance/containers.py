"""What a container promises, beyond what every layer does."""

from __future__ import annotations

from llmdl_plugins.testing.conformance.fakes import Echo, Probe
from llmdl_plugins.testing.conformance.layers import LayerCases, taped


class ContainerCases(LayerCases):
    """It is given layers that ask a model once each."""

    kind = "containers"

    def test_its_layers_are_steps_of_the_tape(self) -> None:
        """It runs its layers by `ainvoke`, so that each is a step of its own and hears what was wrong with it."""
        tape = taped(self.made(Echo()), self.given())
        steps = [step for step in tape.steps if step.name == Probe.__name__]
        assert steps, "none of its layers is a step of the tape: call `await layer.ainvoke(state)`, not `forward`"
        inside = sum(len(step.calls) for step in steps)
        assert inside == len(tape.calls), f"{len(tape.calls)} calls were made, {inside} of them in steps of its layers"

    def test_the_parameters_of_its_layers_are_named_too(self) -> None:
        """The parameters of its layers are among its own, whatever it holds them in."""
        layer = self.made(Echo())
        tape = taped(layer, self.given())
        read = {p for step in tape.steps if step.name == Probe.__name__ for p in step.reads}
        named = layer.named_parameters()
        assert read and read <= set(named.values()), (
            f"its named parameters are {list(named)}, and its layers read others: hold layers as attributes, or in "
            "a list or mapping that is one"
        )
