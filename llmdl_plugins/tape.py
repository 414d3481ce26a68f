"""What one run did: its steps, the parameters that each read, and the model calls that each made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any

from llmdl_plugins.binding import reading
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON, plain

_step: ContextVar[Step | None] = ContextVar("llmdl_step", default=None)
_tape: ContextVar[Tape | None] = ContextVar("llmdl_tape", default=None)


@dataclass(slots=True)
class ModelCall:
    """One model call: what was sent and what came back, as plain JSON.

    Args:
        tools: the options that define tools and schemas, such as `{"tools": [...], "response_format": {...}}`.
        recorded: the key under which a ledger holds the call, and which of its requests this is; no part of its JSON.
    """

    messages: JSON
    answer: JSON = None
    usage: Mapping[str, int] | None = None
    seconds: float = 0.0
    error: str | None = None
    tools: JSON = None
    recorded: tuple[str, int] | None = field(default=None, compare=False)

    def json(self) -> JSON:
        """The call as it stands: its parts are plain."""
        return {
            "messages": self.messages,
            "answer": self.answer,
            "usage": self.usage,  # type: ignore[dict-item]
            "seconds": self.seconds,
            "error": self.error,
            "tools": self.tools,
        }


@dataclass(slots=True)
class ToolCall:
    """One tool call."""

    name: str
    arguments: JSON
    answer: JSON = None
    error: str | None = None


@dataclass(slots=True)
class Step:
    """One layer's or node's part of a run."""

    name: str
    path: str
    inputs: Any
    outputs: Any = None
    reads: list[Parameter] = field(default_factory=list)
    calls: list[ModelCall] = field(default_factory=list)
    tools: list[ToolCall] = field(default_factory=list)
    fed_by: list[Step] = field(default_factory=list)
    error: str | None = None

    def read(self, *parameters: Parameter) -> None:
        """Note that this step depends on parameters."""
        for one in parameters:
            if one not in self.reads:
                self.reads.append(one)


@dataclass
class Tape:
    """The steps of one run, in the order in which they started; `strays` are calls outside any step.

    While it is recorded, `locate` finds the step that the code of an application is part of.
    """

    steps: list[Step] = field(default_factory=list)
    strays: list[ModelCall] = field(default_factory=list)
    locate: Callable[[], Step | None] | None = None

    def start(
        self,
        name: str,
        inputs: Any,
        parent: Step | None,
        *,
        number: int | None = None,
        fed_by: list[Step] | None = None,
        inside: str = "",
    ) -> Step:
        """Open a step under its parent; its path is made of the order of starts, never of arrivals.

        Args:
            number: which of the parent's steps of this name it is, where another order than that of starts holds.
            fed_by: the steps that its inputs come from, where more is known than the inputs tell.
            inside: the use of a tool, within its parent, that it is a part of.
        """
        above = (parent.path + "/" if parent else "") + (inside + "/" if inside else "")
        if number is None:
            number = sum(s.path.startswith(f"{above}{name}#") and "/" not in s.path[len(above) :] for s in self.steps)
        feeders = self._writers(inputs) if fed_by is None else fed_by
        step = Step(name, f"{above}{name}#{number}", inputs, fed_by=feeders)
        self.steps.append(step)
        return step

    def _writers(self, inputs: Any) -> list[Step]:
        """The latest steps whose outputs are found in these inputs."""
        found: dict[str, Step] = {}
        for step in self.steps:
            for key in _keys(step.outputs) & _keys(inputs):
                if step.outputs[key] is inputs[key]:
                    found[key] = step
        return list({id(s): s for s in found.values()}.values())

    def json(self, names: Mapping[Parameter, str]) -> JSON:
        """The tape as plain JSON; parameters by name."""
        place = {id(s): n for n, s in enumerate(self.steps)}
        return {
            "steps": [
                {
                    "name": s.name,
                    "path": s.path,
                    "inputs": plain(s.inputs),
                    "outputs": plain(s.outputs),
                    "reads": [names[p] for p in s.reads if p in names],
                    "calls": [c.json() for c in s.calls],
                    "tools": [plain(t) for t in s.tools],
                    "fed_by": [place[id(f)] for f in s.fed_by if id(f) in place],
                    "error": s.error,
                }
                for s in self.steps
            ],
            "strays": [c.json() for c in self.strays],
        }

    @classmethod
    def from_json(cls, told: Any, parameters: Mapping[str, Parameter]) -> Tape:
        """The tape that `json` wrote."""
        tape = cls(strays=[ModelCall(**c) for c in told["strays"]])
        for row in told["steps"]:
            step = Step(row["name"], row["path"], row["inputs"], row["outputs"], error=row["error"])
            step.reads = [parameters[name] for name in row["reads"] if name in parameters]
            step.calls = [ModelCall(**c) for c in row["calls"]]
            step.tools = [ToolCall(**t) for t in row["tools"]]
            tape.steps.append(step)
        for step, row in zip(tape.steps, told["steps"], strict=True):
            step.fed_by = [tape.steps[n] for n in row["fed_by"]]  # also those inside it, which began later
        return tape

    @property
    def calls(self) -> list[ModelCall]:
        """Every model call of the run."""
        return [c for s in self.steps for c in s.calls] + self.strays


def _keys(value: Any) -> set[str]:
    return set(value) if isinstance(value, Mapping) else set()


class recording:
    """Record every step taken inside, in this context only."""

    def __enter__(self) -> Tape:
        self._tape = Tape()
        self._token, self._outer = _tape.set(self._tape), _step.set(None)
        return self._tape

    def __exit__(self, *_: object) -> None:
        self._tape.locate = None  # what finds steps holds the tape: neither is to wait for the garbage collector
        _step.reset(self._outer)
        _tape.reset(self._token)


class step:
    """A step of the tape that is being recorded; None where none is.

    Args:
        fed_by: the steps that its inputs come from, where more is known than the inputs tell.
    """

    __slots__ = ("_fed_by", "_inputs", "_name", "_taken", "_token")
    _token: Token[Step | None]

    def __init__(self, name: str, inputs: Any, fed_by: list[Step] | None = None) -> None:
        self._name, self._inputs, self._fed_by = name, inputs, fed_by
        self._taken: Step | None = None

    def __enter__(self) -> Step | None:
        if (tape := _tape.get()) is not None:
            self._taken = tape.start(self._name, self._inputs, current_step(), fed_by=self._fed_by)
            self._token = _step.set(self._taken)
        return self._taken

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        if self._taken is None:
            return
        if error is not None:
            self._taken.error = repr(error)
        _step.reset(self._token)


def current_tape() -> Tape | None:
    """The tape that is being recorded here."""
    return _tape.get()


def current_step() -> Step | None:
    """The innermost step that is under way here."""
    layer, tape = _step.get(), _tape.get()
    found = tape.locate() if tape and tape.locate else None
    if layer is None or (found and found.path.startswith(layer.path + "/")):
        return found
    return layer


def used(tool: str, arguments: Any, answer: str) -> None:
    """Note a use of a tool at the step that is under way here; where steps are located, it is known there already."""
    if (here := current_step()) and (tape := _tape.get()) and tape.locate is None:
        here.tools.append(ToolCall(tool, plain(arguments), answer))


@reading
def _note_read(parameters: Sequence[Parameter]) -> None:
    if here := current_step():
        here.read(*parameters)
