"""The first runs tell whether the rest makes sense: better to stop at two rows than at two thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llmdl_plugins.errors import InfrastructureError, MisuseError, did_you_mean
from llmdl_plugins.losses.loss import missing
from llmdl_plugins.run.rollout import Rollout

PROBES = 2


def check_probes(probes: Sequence[Rollout]) -> None:
    """Refuse to train where every probe raises, or where the final state lacks a key that is expected.

    Raises:
        InfrastructureError: no model could be reached at all.
        MisuseError: with the application's own error, or the keys that there are.
    """
    told = [r for r in probes if r.status != "infrastructure error"]
    if probes and not told:
        raise InfrastructureError(
            f"No model could be reached for the first rows. {probes[0].words}. "
            "Look at its address and whether its server is up, then run the same command again."
        )
    if told and all(r.status == "task error" for r in told):
        asked = " Do the inputs of the rows have the keys that it needs?" if "KeyError" in told[0].words else ""
        raise MisuseError(f"No row could be run. {told[0].words}.{asked}")
    for rollout in told:
        _check_keys(rollout)


def _check_keys(rollout: Rollout) -> None:
    expected, output = rollout.example.expected, rollout.output
    if not isinstance(expected, Mapping) or not isinstance(output, Mapping):
        return
    for key in missing(output, expected):
        raise MisuseError(
            f"Row {rollout.example.id!r} expects {key!r}, which is not in the final state.{did_you_mean(key, output)}"
        )
