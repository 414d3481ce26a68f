"""On what terms models are asked: how fast, and how long an answer and a rollout may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.limits import Limits
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.patience import ROLLOUT_TIMEOUT, TIMEOUT
from llmdl_plugins.run.sending import Sender


@dataclass(frozen=True)
class Terms:
    """None is no limit.

    Args:
        timeout: seconds for one attempt at a call.
        rollout_timeout: seconds that the application may take by itself for one rollout.
        rpm, tpm: requests and tokens a minute, for each model.

    Raises:
        MisuseError: a limit that lets nothing through.
    """

    timeout: float | None = TIMEOUT
    rollout_timeout: float | None = ROLLOUT_TIMEOUT
    rpm: float | None = None
    tpm: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            given = getattr(self, field.name)
            if given is not None and not given > 0:
                raise MisuseError(
                    f"{field.name}={given!r} lets nothing through: give more than 0, or None for no limit."
                )

    def sender(self, ledger: Ledger, meter: Meter, say: Callable[[str], None]) -> Sender:
        """Who sends the calls of a run on these terms."""
        return Sender(ledger, meter, Limits(self.rpm, self.tpm), self.timeout, say)
