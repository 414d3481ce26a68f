"""Puts the descriptions in force into the tools and schemas of a model call, on a copy of its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.matching.definitions import DEFINING, Path, saying
from llmdl_langgraph.matching.tool_texts import Place, ToolText
from llmdl_plugins import tape
from llmdl_plugins.parameter import Parameter

REMEMBERED = 64

Options = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class _Known:
    """Definitions that were sent once, as they were then, with the parameters in them."""

    given: Options
    reads: tuple[Parameter, ...]


class Definitions:
    """Sent definitions with the parameters that they hold; each is searched once for all candidates."""

    def __init__(self, texts: Sequence[ToolText]) -> None:
        self.at: dict[Place, Parameter] = {place: text.parameter for text in texts for place in text.places}
        self._known: list[_Known] = []

    def __call__(self, given: Options) -> _Known:
        # Compared, not looked up by identity: an application may change its list in place.
        if known := next((known for known in self._known if known.given == given), None):
            return known
        reads: dict[Parameter, None] = {}

        def say(path: Path, text: str) -> str:
            if parameter := self.at.get((path, text)):
                reads[parameter] = None
            return text

        saying(given, say)
        found = _Known(_copied(given), tuple(reads))
        self._known = [*self._known[1 - REMEMBERED :], found]
        return found


class ToolBinding:
    """Options in, options with the descriptions in force out; the same object where nothing changes.

    A description is changed only where it stands: at the path of its tool and field, with the text that it is known by.
    The tools of the application are never touched.  Every parameter found is reported as read by the step that asks.

    Args:
        definitions: what is known about sent definitions.
        values: the changed parameters.
    """

    def __init__(self, definitions: Definitions, values: Mapping[Parameter, Any]) -> None:
        self._definitions = definitions
        self._values = {p: v for p, v in values.items() if p in definitions.at.values()}
        self._told: dict[_Known, Options] = {}

    def __call__(self, options: Options) -> Options:
        if not self._definitions.at or not (given := {key: options[key] for key in DEFINING if key in options}):
            return options
        known = self._definitions(given)
        if known.reads and tape.current_tape() and (step := tape.current_step()):
            for parameter in known.reads:
                step.read(parameter)
        if not self._values.keys() & set(known.reads):
            return options
        return {**options, **(self._told.get(known) or self._learned(known, given))}

    def _learned(self, known: _Known, given: Options) -> Options:
        if len(self._told) >= REMEMBERED:
            self._told.clear()
        told = self._told[known] = saying(given, self._say)
        return told

    def _say(self, path: Path, text: str) -> str:
        parameter = self._definitions.at.get((path, text))
        return str(self._values.get(parameter, text)) if parameter else text


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value
