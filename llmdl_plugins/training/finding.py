"""The network that is trained: the application, what its first rows sent, what is frozen, and what is put around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from llmdl_plugins.errors import ParameterError, Stopped
from llmdl_plugins.network import Network
from llmdl_plugins.run import seen
from llmdl_plugins.run.architecture import built
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import ORIGINAL
from llmdl_plugins.run.events import silent
from llmdl_plugins.run.executor import InProcess, Job
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.training.evaluating import served
from llmdl_plugins.training.probe import check_probes
from llmdl_plugins.training.setup import Setup

Shape = Callable[[Network], None]


def seen_before(folder: RunFolder | None, plain: Network) -> Mapping[str, Any] | None:
    """What this application sent in an earlier process, or None.

    Raises:
        RunFolderError: that is damaged.
    """
    told = seen.read(folder) if folder else None
    return told if told and told["network"] == plain.fingerprint else None


@dataclass(frozen=True)
class Finding:
    """How the network comes about, again and again the same.

    Args:
        plain: the application, as its source tells it.
        shape: freezes and unfreezes what the user says.
        made: what `built` puts around it.
        rows: how many rows are run first, to see what the application really sends.
        seen: what they sent, where that is known.
    """

    plain: Network
    shape: Shape
    made: Mapping[str, Any]
    rows: int = 0
    seen: Mapping[str, Any] | None = None

    @property
    def _looks(self) -> bool:
        """Whether rows are run first: where they tell something."""
        return self.rows > 0 and seen.learns(self.plain)

    @property
    def is_open(self) -> bool:
        """Whether there is more to be found than the source tells."""
        return self._looks and self.seen is None

    def fingerprint(self, network: Network) -> str:
        """A hash of what is known without any run: the same again, whatever was seen meanwhile."""
        return built(self.plain, self.made).fingerprint if self.seen else network.fingerprint

    def network(self) -> Network:
        """The network, as far as it is known: what the user says of its parameters has to wait for all of them."""
        network = seen.as_seen(self.plain, self.seen)
        if not self.is_open:
            self.shape(network)
        return built(network, self.made)

    @contextmanager
    def foreseen(self, network: Network) -> Iterator[tuple[Network, str]]:
        """The network that an estimate looks at, and what the user says of parameters that the source doesn't show.

        What is still to be found is shaped as long as one looks, and then as it was: the run shapes it once it is.
        """
        if not self.is_open:
            yield network, ""
            return
        before = [(parameter, dict(vars(parameter))) for parameter in self.plain.named_parameters().values()]
        try:
            doubt = self._doubt()
            yield built(self.plain, self.made), doubt
        finally:
            for parameter, held in before:
                vars(parameter).update(held)

    def _doubt(self) -> str:
        try:
            self.shape(self.plain)
        except ParameterError as error:
            return f"{error} The first rows of the run may show one; where they don't, the run is refused."
        return ""

    def shown(self, rollouts: Sequence[Rollout]) -> Finding:
        """With what these runs of the untouched application sent, where that is not known yet."""
        if not self.is_open or not rollouts:
            return self
        return replace(self, seen=seen.told(self.plain, rollouts))

    async def found(self, setup: Setup, ledger: Ledger, cashier: Cashier) -> Setup:
        """The setup with the network that its first rows have shown; they are those that a run begins with anyway.

        Where the budget is at an end before they are, as it was: the run says why, since it begins with the same rows.

        Raises:
            LlmdlError: no run makes sense, as `check_probes` says.
        """
        if not self._looks:
            return setup
        rollouts = await self._rollouts(setup, ledger, cashier)  # also of a run that goes on: they count as its own
        known = self.shown(rollouts)
        if known is self:
            return setup
        if setup.folder and known.seen:
            setup.folder.write(seen.FILE, dict(known.seen))
        return replace(setup, network=known.network(), origin=replace(setup.origin, seen=known.seen))

    async def _rollouts(self, setup: Setup, ledger: Ledger, cashier: Cashier) -> list[Rollout]:
        job = Job(self.plain, setup.loss, cashier, setup.origin, setup.concurrency, setup.terms.rollout_timeout)
        async with served(job, ledger, silent, setup.tools, InProcess()) as evaluator:
            try:
                rollouts = await evaluator.evaluate([ORIGINAL], setup.splits.train[: self.rows], phase="probe")
            except Stopped:
                return []
        check_probes(rollouts)
        return [rollout for rollout in rollouts if rollout.status != "infrastructure error"]
