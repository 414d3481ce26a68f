"""What a recipe promises."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.desk import NODE, desk, rows
from llmdl_plugins.testing.conformance.fakes import SOURCE


class RecipeCases(Case):
    """It is put around the node `answer` of a small agent; write `application` where it needs another."""

    kind = "recipes"

    def application(self) -> Network:
        """What it is put around."""
        pytest.importorskip("langgraph.graph", reason="langgraph is not installed")
        return desk().network()

    def made(self, network: Network) -> Network:
        """The network with the recipe."""
        return self.target(network, node=NODE, source=SOURCE)  # type: ignore[no-any-return]

    def test_it_starts_as_the_application(self) -> None:
        """Before anything is trained, calls and answers are byte for byte those of the application."""
        plain = self.application()
        for row in rows("train", 4):
            alone, cooked = (_answered(net, row["inputs"]) for net in (plain, self.made(plain)))
            assert cooked == alone, f"it gives {str(cooked)[:200]}, the application {str(alone)[:200]}"

    def test_it_leaves_the_application_as_it_was(self) -> None:
        """The network that it is given is the same afterwards: a recipe makes another one."""
        plain = self.application()
        before = plain.fingerprint, list(plain.named_parameters())
        made = self.made(plain)
        assert made is not plain, "it gave back the network that it was given"
        assert (plain.fingerprint, list(plain.named_parameters())) == before, "it changed the network that it was given"

    def test_parameters_keep_their_names(self) -> None:
        """Every parameter of the application is there under its name, so that values learned before still fit."""
        plain = self.application()
        gone = plain.named_parameters().keys() - self.made(plain).named_parameters().keys()
        assert not gone, f"it lost the name {min(gone)!r}"

    def test_it_adds_something_to_train(self) -> None:
        """It adds a trainable parameter: without one there would be nothing for training to choose."""
        plain = self.application()
        added = {n: p for n, p in self.made(plain).named_parameters().items() if n not in plain.named_parameters()}
        assert any(p.trainable for p in added.values()), f"it adds {list(added) or 'no parameter'}, none to be trained"

    def test_every_option_runs(self) -> None:
        """Whatever is chosen, the application still gives an answer."""
        net = self.made(self.application())
        for name, parameter in net.named_parameters().items():
            for option in parameter.options if parameter.trainable and parameter.kind == "choice" else ():
                with net.using({name: option}):
                    net.invoke(rows("train", 1)[0]["inputs"])

    def test_a_node_that_is_not_there_is_misuse(self) -> None:
        """A node that the application doesn't have ends with a MisuseError, before anything is sent."""
        with pytest.raises(MisuseError):
            self.target(self.application(), node="no such node", source=SOURCE)


def _answered(network: Network, inputs: Any) -> Any:
    """The answer, and what the model was asked for it."""
    seen: list[str] = []
    simulator = desk().simulator
    simulator.reset()
    complete = simulator.complete

    def noted(request: Any) -> Any:
        seen.append(str(request))
        return complete(request)

    simulator.complete = noted  # type: ignore[method-assign]
    try:
        return network.invoke(inputs), seen
    finally:
        del simulator.complete
