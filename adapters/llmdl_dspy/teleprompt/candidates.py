"""From a program of DSPy to values of our parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from llmdl_dspy.teleprompt.node import Node
from llmdl_dspy.teleprompt.quoting import with_demos
from llmdl_dspy.teleprompt.rows import Rows
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import dumps, plain
from llmdl_plugins.run.foreign.candidate import Candidate, with_slots
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.secrets.redact import has_secret

Demo = dict[str, str]


class Candidates:
    """What programs of DSPy stand for.

    Args:
        problem: its text parameters are the nodes.
        rows: of the problem.
        worked: a train row as a worked example; None where it has no part for a node.
    """

    def __init__(self, problem: Problem, rows: Rows, worked: Callable[[Example], Demo | None]) -> None:
        self.texts = {name: p for name, p in problem.parameters.items() if p.kind == "text"}
        if not self.texts:
            raise MisuseError("DSPy's optimizers train texts, and no text of this network is trainable.")
        self._parameters = problem.parameters
        self._demos = {name: found for name in self.texts if (found := _demos_of(name, self._parameters))}
        self._now = {name: problem.value(name) for name in problem.parameters}
        self._rows, self._worked = rows, worked

    def nodes(self) -> dict[str, Node]:
        """A node for each text."""
        return {
            name: Node(name, str(self._now[name]), p.role, self._now.get(self._demos.get(name, ""), ()))
            for name, p in self.texts.items()
        }

    def of(self, nodes: Mapping[str, Node]) -> Candidate:
        """What these nodes stand for."""
        values, shown = dict[str, Any](), dict[str, Example]()
        for name, node in nodes.items():
            demos, rows = self.read(node)
            text = str(self._now[name]) if node.text is None else with_slots(node.text, self.texts[name])
            if own := self._demos.get(name):
                values[own] = demos
            else:
                text = with_demos(text, demos, self.texts[name])
            values[name] = text
            shown.update({row.id: row for row in rows})
        changed = {name: value for name, value in values.items() if plain(value) != plain(self._now[name])}
        return Candidate(changed, list(shown.values()))

    def read(self, node: Node) -> tuple[list[Demo], list[Example]]:
        """The worked examples of a node, and the rows whose words they show.

        Left out are rows that have no part for it, and runs that hold a key or a password.
        """
        found = [self._told(node.name, row) if (row := self._rows.shown_by(d)) else _ran(d) for d in node.demos]
        demos = [demo for demo in found if demo is not None]
        return demos, [row for demo in demos for row in self._rows.quoted_by(" ".join(demo.values()))]

    def _told(self, name: str, row: Example) -> Demo | None:
        shows = self.shows(name)
        if shows is None or shows.worked is None:
            return self._worked(row)
        if not isinstance(row.expected, Mapping) or row.has_turns or has_secret(dumps([row.given, row.expected])):
            return None
        made = shows.worked(row.inputs, row.expected)
        return made if made is not None and shows.problem([made]) is None else None

    def shows(self, name: str) -> Parameter | None:
        """The parameter that shows the worked examples of a text; None where they are put into it."""
        return self._parameters.get(self._demos.get(name, ""))

    def in_force(self, name: str, candidate: Candidate) -> str:
        """The text of a parameter under a candidate."""
        return str(candidate.values.get(name, self._now[name]))


def _ran(demo: Mapping[str, Any]) -> Demo | None:
    ran = {"input": str(demo["input"]), "output": str(demo["output"])}
    return None if has_secret(dumps(ran)) else ran


def _demos_of(name: str, parameters: Mapping[str, Parameter]) -> str | None:
    """The parameter that holds the worked examples of a text: `demos` beside `instruction`."""
    beside = f"{name.rpartition('/')[0]}/demos".lstrip("/")
    return beside if beside in parameters and parameters[beside].kind == "demos" else None
