"""What a loss promises."""

from __future__ import annotations

from llmdl_plugins.losses.loss import Loss, resolve
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.scripted import ScriptedChat


class LossCases(Case):
    """A loss can be made, and can be told from others."""

    kind = "losses"

    def made(self) -> Loss:
        """The loss, with a scripted model where it needs one."""
        return resolve(self.name, ScriptedChat(script=["1"]))

    def test_it_is_a_loss(self) -> None:
        """It has what a run relies on."""
        assert isinstance(self.made(), Loss)

    def test_its_fingerprint_is_that_of_its_settings(self) -> None:
        """Two that are made alike are one: a run that goes on finds its scores again."""
        assert self.made().fingerprint == self.made().fingerprint
