"""What can be trained, and what is frozen and why?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from llmdl_plugins.network import Network
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.training.doctor.finding import Finding


def of_parameters(network: Network, rollouts: Sequence[Rollout] = ()) -> Iterator[Finding]:
    """Counts of trainable and frozen parameters, and what only runs of the application tell.

    Args:
        rollouts: runs of the untouched application, with their tapes.
    """
    parameters = network.named_parameters()
    trained = [name for name, p in parameters.items() if p.trainable]
    reasons = Counter(p.frozen_because for p in parameters.values() if not p.trainable)
    figures = {"trainable": trained, "frozen": len(parameters) - len(trained)}
    frozen = "; ".join(f"{n} frozen: {why}" for why, n in reasons.most_common())
    if trained:
        kinds = Counter(parameters[name].kind for name in trained)
        counts = ", ".join(f"{n} {kind}" for kind, n in kinds.items())
        what = f"{counts} trainable ({', '.join(trained)})" + (f"; {frozen}" if frozen else "")
        yield Finding("parameters", "ok", what, figures=figures)
    else:
        yield Finding("parameters", "!!", f"nothing is trainable; {frozen or 'no prompt was found'}", _HOW, figures)
    if told := [r for r in rollouts if r.status == "scored"]:
        yield from _unsent(network, trained, told)


_HOW = "name a node (--node) to give it worked examples, or --unfreeze PATTERN; `llmdl show` lists all"


def _unsent(network: Network, trained: Sequence[str], told: Sequence[Rollout]) -> Iterator[Finding]:
    """Texts that no run has sent: an edit of them would change nothing there."""
    sent = {p for r in told for step in r.tape.steps for p in step.reads}
    texts = [name for name in trained if network[name].kind == "text"]
    unsent = [name for name in texts if network[name] not in sent]
    if unsent and len(unsent) < len(texts):
        todo = " ".join(f"--freeze {name}" for name in unsent[:3])
        what = f"{len(told)} runs did not send {', '.join(unsent)}"
        yield Finding(
            "parameters", "??", what, f"leave them out ({todo}), or give rows that need them", {"unsent": unsent}
        )
