"""Puts the descriptions in force into the tools and schemas of a model call, on a copy of its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from llmdl_langgraph.definitions import DEFINING, Path, saying
from llmdl_langgraph.tool_texts import Place, ToolText
from llmdl_plugins import tape
from llmdl_plugins.parameter import Parameter

REMEMBERED = 16

Options = Mapping[str, Any]


class ToolBinding:
    """Options in, options with the descriptions in force out; the same object where nothing changes.

    A description is changed only where it stands: at the path of its tool and field, with the text that it is known by.
    The tools of the application are never touched.  Every parameter found is reported as read by the step that asks.

    Args:
        texts: the known descriptions.
        values: the changed parameters.
    """

    def __init__(self, texts: Sequence[ToolText], values: Mapping[Parameter, Any]) -> None:
        self._at: dict[Place, Parameter] = {place: text.parameter for text in texts for place in text.places}
        self._values = {p: v for p, v in values.items() if p in self._at.values()}
        self._known: list[tuple[Any, Options, tuple[Parameter, ...]]] = []

    def __call__(self, options: Options) -> Options:
        if not (self._at and any(key in options for key in DEFINING)):
            return options
        given = {key: options[key] for key in DEFINING if key in options}
        told, reads = self._told(given)
        if reads and tape.current_tape() and (step := tape.current_step()):
            for parameter in reads:
                step.read(parameter)
        return {**options, **told} if told else options

    def _told(self, given: dict[str, Any]) -> tuple[Options, tuple[Parameter, ...]]:
        for known, told, reads in self._known:
            if known == given:  # compared, not looked up by identity: an application may change its list in place
                return told, reads
        found: dict[Parameter, None] = {}

        def say(path: Path, text: str) -> str:
            if (parameter := self._at.get((path, text))) is None:
                return text
            found[parameter] = None
            return str(self._values.get(parameter, text))

        told = saying(given, say)
        changes = {key: told[key] for key in told if told[key] is not given[key]}
        self._known = [*self._known[-REMEMBERED + 1 :], (_copied(given), changes, tuple(found))]
        return changes, tuple(found)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value
