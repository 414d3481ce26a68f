"""What tools and retrievers gave back, remembered: for the run that goes on, or for every candidate.

"live": each rollout calls its tools itself; what they gave is kept, so that a resumed rollout does not call them again.
"replay": the original's rollout of a row is recorded, and every candidate is given that record: no tool acts twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel

from llmdl_plugins.door import results
from llmdl_plugins.door.passage import refused
from llmdl_plugins.door.scope import Use
from llmdl_plugins.errors import LlmdlError, MisuseError, ToolMissError, did_you_mean
from llmdl_plugins.network import Network
from llmdl_plugins.plain import JSON, digest, dumps, plain
from llmdl_plugins.run.faults import is_infrastructure
from llmdl_plugins.run.ledger import Ledger

Mode = Literal["live", "replay"]


@dataclass(frozen=True)
class ToolRules:
    """How tools are treated in a run.

    Args:
        mode: "live" or "replay".
        safe: names of tools that may run whenever they are asked; under "replay" they answer what is new.
    """

    mode: Mode = "live"
    safe: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise MisuseError(f"Tools can't be {self.mode!r}.{did_you_mean(self.mode, get_args(Mode))}")

    def json(self) -> JSON:
        """The rules as plain JSON, equal for equal rules."""
        return {"mode": self.mode, "safe": [*sorted(self.safe)]}

    def unknown(self, network: Network, used: Collection[str]) -> Iterator[str]:
        """What is said of each safe tool whose name neither the network knows nor those that were used have."""
        known = sorted({*network.tool_names(), *used})
        for name in sorted(self.safe - {*known}):
            yield f"--safe-tool {name}: no tool of this name was seen.{did_you_mean(name, known)}"


class Outcomes:
    """Makes an outcome of what a tool did; subclasses say where outcomes are kept."""

    say: Callable[[str], None]

    def add(self, use: Use, outcome: JSON) -> Future[None]:
        """Record an outcome; done when it is on disk."""
        raise NotImplementedError

    def gave(self, use: Use, result: Any) -> Future[None] | None:
        """Remember a result, where it can be rebuilt."""
        try:
            return self.add(use, {"result": results.keep(result), "call_id": use.call_id})
        except results.CantKeepError as error:
            self.say(f"the tool {use.name} gives back {error}, which can't be recorded: a resumed run calls it again")
            return None

    def failed(self, use: Use, error: Exception) -> Future[None] | None:
        """Remember an error of the tool; a fault on the way is none, and is tried again."""
        if isinstance(error, LlmdlError) or is_infrastructure(error):
            return None
        return self.add(use, {"error": results.keep_error(error)})


class ToolRecords(Outcomes):
    """What the tools of one rollout gave back, and what they may be given.

    Args:
        rollout: the key of the rollout: what it recorded itself is its own again when it is resumed.
        row: the key of the row: what the original's rollouts of a row recorded is there for every candidate.
        is_original: whether the untouched application is run.
        say: told once of a tool that can't be remembered.
    """

    def __init__(
        self, ledger: Ledger, rules: ToolRules, rollout: str, row: str, is_original: bool, say: Callable[[str], None]
    ) -> None:
        self.ledger, self.rules, self.say = ledger, rules, say
        self.rollout, self.row, self.is_original = rollout, row, is_original

    def recall(self, use: Use) -> JSON:
        """The recorded outcome, or None where the tool is to run now.

        Raises:
            ToolMissError: under "replay" a candidate asks a tool something that no record answers.
        """
        if (own := self._own(use)) is not None or self.rules.mode == "live":
            return own
        if self.ledger.tool(self._asking(use)) is not None:
            return None  # it is a part of the application: what is called inside it is replayed
        recorded = [one for one in self.ledger.tools(self._question(use)) if is_outcome(one[2])]
        if self.is_original:
            return _at_place(recorded, use)
        if (found := _always(recorded) or _at_place(recorded, use)) is not None or use.name in self.rules.safe:
            return found
        raise refused(ToolMissError(_told(use, len(recorded))))

    def _own(self, use: Use) -> JSON:
        """What this rollout recorded itself before it was interrupted, if it can still be rebuilt."""
        outcome = self._recorded(self._key(use))
        return outcome if outcome and ("error" in outcome or results.is_restorable(outcome["result"])) else None

    def _recorded(self, key: str) -> Any:
        if (outcome := self.ledger.tool(key)) is not None and not is_outcome(outcome):
            self.ledger.spoiled("tools", key)
            return None
        return outcome

    def asked(self, use: Use) -> Future[None] | None:
        """A tool calls a model: what it says hangs on the candidate, so it runs, and what it calls is remembered."""
        self.say(f"the tool {use.name} calls a model: a resumed run calls it again, its own calls are remembered")
        return self.ledger.add_tool(self._asking(use), None, use, {"asks": True}).future() if self.is_original else None

    def add(self, use: Use, outcome: JSON) -> Future[None]:
        """Record an outcome; done when it is on disk."""
        question = self._question(use) if self.is_original and self.rules.mode == "replay" else None
        return self.ledger.add_tool(self._key(use), question, use, outcome).future()

    def _key(self, use: Use) -> str:
        return digest("tool", self.rollout, use.name, use.arguments, use.path, use.turn)

    def _asking(self, use: Use) -> str:
        return digest("asking tool", self.row, use.name)

    def _question(self, use: Use) -> str:
        return digest("tool", self.row, use.name, use.arguments, list(state_read(use.injected)))


def is_outcome(told: Any) -> bool:
    """Whether this is what a tool gave: a result, or an error; else somebody edited it."""
    match told:
        case {"result": _, "call_id": None | str()}:
            return True
        case {"error": {"class": str(), "arguments": list(), "text": str()}}:
            return True
    return False


_Recorded = list[tuple[str, int, Any]]


def _always(recorded: _Recorded) -> JSON:
    """What was said every time; None where it was not always the same."""
    different = {dumps(_saying(outcome)): outcome for _, _, outcome in recorded}
    return next(iter(different.values())) if len(different) == 1 else None


def _at_place(recorded: _Recorded, use: Use) -> JSON:
    """What was said at this very place, if that is one thing."""
    return _always([one for one in recorded if one[:2] == (use.path, use.turn)])


def _saying(outcome: Mapping[str, Any]) -> Any:
    """An outcome without the id of the call that it answered."""
    if "result" not in outcome:
        return outcome
    return results.readdressed(outcome["result"], outcome["call_id"], "")


def state_read(injected: Mapping[str, Any]) -> Iterator[tuple[str, JSON]]:
    """The state of the graph as far as a tool is given it: it is an argument like any other."""
    for name, value in sorted(injected.items()):
        state = getattr(value, "state", value)
        if isinstance(state, Mapping | list | BaseModel) or dataclasses.is_dataclass(state):
            yield name, _without_ids(plain(state))


def _without_ids(told: JSON) -> JSON:
    """A state without the ids of tool calls, which a model draws anew each time."""
    if isinstance(told, list):
        return [_without_ids(part) for part in told]
    if not isinstance(told, dict):
        return told
    is_call = told.get("type") == "tool_call"
    return {k: _without_ids(v) for k, v in told.items() if k != "tool_call_id" and not (is_call and k == "id")}


def _told(use: Use, records: int) -> str:
    asked = dumps(use.arguments)
    asked = asked if len(asked) <= 200 else f"{asked[:200]}…"
    why = f"was recorded with {records} different results for" if records else "has no record for"
    reads = " and this state of the graph" if any(state_read(use.injected)) else ""
    return (
        f"Tools are replayed, and {use.name} at {use.path or 'the top'} {why} {asked}{reads}. "
        f"Name it as safe (--safe-tool {use.name}) if it may run, or train with --tools live."
    )
