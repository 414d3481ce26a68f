"""Whether an exported program sends what the trained one sent: it is given the same answers, and no call is paid."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, NamedTuple

import dspy

from llmdl_dspy.program import Program
from llmdl_plugins.checks import Verification, parted
from llmdl_plugins.door import boundary
from llmdl_plugins.door.lasting import lasting
from llmdl_plugins.door.passage import refused
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import JSON, dumps
from llmdl_plugins.run.remembered import Replaying
from llmdl_plugins.run.undated import undated
from llmdl_plugins.run.witness import Witness


class Heard(NamedTuple):
    """A call of the trained program."""

    at: str
    request: Any
    answer: JSON


async def verify(network: Network, exported: dspy.Module, probes: Sequence[Any]) -> Verification:
    """Run each probe under the values in force, then on the exported program with the same answers.

    Raises:
        MisuseError: a probe raises.
    """
    told, calls = list[str](), 0
    for n, probe in enumerate(probes, 1):
        heard = await _heard(network, probe, n)
        calls, again = calls + len(heard), _Again(heard)
        with boundary.door(), boundary.scope(payer=again, refused=[]), dspy.context(trace=[]):
            try:
                await Program(exported).run(probe)
            except Exception as error:
                again.told.append(f": the exported program raised {type(error).__name__}: {error}")
        told += [f"probe {n}{line}" for line in (*again.told, *again.missing())]
    return Verification(len(probes), calls, tuple(told))


def loaded(copy: dspy.Module, state: Any) -> dspy.Module:
    """A copy of the user's program, into which what is exported was loaded as DSPy does it, models of its own too.

    Raises:
        MisuseError: DSPy can't load it.
    """
    with TemporaryDirectory(prefix="verified-") as made:
        file = Path(made) / "program.json"
        file.write_text(json.dumps(state), encoding="utf-8")
        try:
            copy.load(file, allow_unsafe_lm_state=True)
        except Exception as error:
            raise MisuseError(
                f"DSPy can't load what it wrote of {type(copy).__name__} ({type(error).__name__}: {error}): set its "
                "models by dspy.configure, not at its predictors, or take export('program')."
            ) from error
    return copy


async def _heard(network: Network, probe: Any, n: int) -> list[Heard]:
    calls = list[Heard]()

    def note(call: Call, answer: JSON) -> None:
        calls.append(Heard(call.path.partition("#")[0], call.request, answer))

    await Witness(note).attend(network, probe, n, "program")
    return calls


class _Again(Replaying):
    """The answers of the trained program, each once."""

    def __init__(self, heard: Sequence[Heard]) -> None:
        self.told, self._left, self._lock = list[str](), list(heard), Lock()

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The answer to this request, or to the next one that is left, and how they differ."""
        with self._lock:
            if not self._left:
                raise refused(MisuseError("it makes a call that the trained program did not make"))
            asked = _lasting(call.request)
            found = next((one for one in self._left if _lasting(one.request) == asked), None)
            if found is None:
                found = self._left[0]
                self.told.append(f", {found.at}: {_difference(found.request, call.request)}")
            self._left.remove(found)
            return found.answer

    def missing(self) -> list[str]:
        """Calls that were not made."""
        return [f", {one.at}: the exported program does not make this call" for one in self._left]


def _lasting(request: JSON) -> str:
    """A request without times and random identities."""
    return undated(dumps(lasting(request)))


def _difference(one: Any, other: Any) -> str:
    """The first message, or the first setting, that differs."""
    for n, (sent, told) in enumerate(zip(_texts(one), _texts(other), strict=False), 1):
        if undated(sent) != undated(told):
            return f"message {n} {parted(sent, told)}"
    return parted(dumps(one), dumps(other))


def _texts(request: Any) -> list[str]:
    messages = [message for batch in request["messages"] for message in batch]
    return [m["content"] if isinstance(m["content"], str) else dumps(m["content"]) for m in messages]
