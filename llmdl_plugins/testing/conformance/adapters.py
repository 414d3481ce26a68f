"""What an adapter promises."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.loading import load
from llmdl_plugins.network import Network
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.fakes import TEXT, Echo

_UNKNOWN: list[Any] = [object(), None, "app.py:graph", 3, {"a": 1}, [1], len, Exception, load]


class AdapterCases(Case):
    """Write `application`: without it only what the adapter doesn't know is tried.  `inputs` is what it is run on."""

    kind = "adapters"
    inputs: ClassVar[Any] = {"question": TEXT}

    def application(self, model: Echo) -> Any:
        """An application that the adapter knows, new; where it asks a model, it asks this one."""
        pytest.skip("no application is given: write `application(self, model)` in your own tests")

    def original(self, application: Any, inputs: Any) -> Any:
        """The application's own output, run as its users run it."""
        return application.invoke(inputs)

    def adapted(self, application: Any) -> Network:
        """The application as a network."""
        network = self.target(application, probes=())
        assert isinstance(network, Network), f"it gives a {type(network).__name__}, not a Network"
        return network

    def test_it_gives_none_for_what_it_does_not_know(self) -> None:
        """For what is not of its framework it gives None, and raises nothing: others are asked then."""
        for unknown in [*_UNKNOWN, Prompt(Echo(), "Answer.", "question", "answer")]:
            found = self.target(unknown, probes=())
            assert found is None, f"for {unknown!r} it gives {found!r}"

    def test_it_gives_a_network_and_sends_nothing(self) -> None:
        """For what it knows it gives a Network; without probes no model is asked."""
        model = Echo()
        self.adapted(self.application(model))
        assert not model.calls, f"{len(model.calls)} calls were made"

    def test_frozen_it_is_the_application_byte_for_byte(self) -> None:
        """With everything frozen, output and calls are those of the application itself."""
        alone, adapted = Echo(), Echo()
        said = self.original(self.application(alone), self.inputs)
        network = self.adapted(self.application(adapted))
        if network.named_parameters():
            network.freeze("*")
        found = network.invoke(self.inputs)
        assert found == said, f"as a network it gives {found!r}, by itself {said!r}"
        assert adapted.calls == alone.calls, "its calls are not those that it makes by itself"

    def test_the_same_application_is_the_same_network(self) -> None:
        """Made again it has the same parameters and fingerprint, so that a run that was stopped can go on."""
        one, other = (self.adapted(self.application(Echo())) for _ in range(2))
        assert list(one.named_parameters()) == list(other.named_parameters()), "its parameters have other names"
        assert one.fingerprint == other.fingerprint, "its fingerprint differs each time"

    def test_a_candidate_reaches_the_application(self) -> None:
        """Another text for a trainable parameter changes what comes out or what is asked."""
        model = Echo()
        network = self.adapted(self.application(model))
        texts = [n for n, p in network.named_parameters().items() if p.kind == "text" and p.trainable]
        if not texts:
            pytest.skip("it has no trainable text")
        before = network.invoke(self.inputs), [call.text for call in model.calls]
        model.calls.clear()
        with network.using({texts[0]: f"{network[texts[0]].default} Be brief."}):
            after = network.invoke(self.inputs), [call.text for call in model.calls]
        assert after != before, f"another text for {texts[0]} changed nothing"
