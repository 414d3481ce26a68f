"""One run of one graph: who wrote which key when, and so what each step was fed by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from llmdl_langgraph.running.updates import fields
from llmdl_langgraph.running.where import Where
from llmdl_plugins.tape import Step


class GraphRun:
    """The writers of a graph's state.

    Args:
        inside: the step whose code runs this graph, or None for the outermost.
    """

    def __init__(self, inside: Step | None) -> None:
        self.inside = inside
        self._given = list(inside.fed_by) if inside else []
        self._writers: dict[str, dict[int, list[Step]]] = {}
        self._results: list[Step] = []
        self._senders: dict[tuple[str, int], list[Step]] = defaultdict(list)

    def feeders(self, at: Where, inputs: Any) -> list[Step]:
        """The steps that a node's inputs come from: who sent them, gave them as a result, or wrote each key last."""
        if at.called:
            given = [value for value in fields(inputs).values() if not isinstance(value, int | None)]
            return once(s for s in self._results if any(s.outputs is value for value in given)) or self._given
        if at.send is not None and (senders := self._senders.get((at.node, at.superstep - 1))):
            return once(senders)
        return once([step for key in fields(inputs) for step in self._latest(key, at.superstep)])

    def _latest(self, key: str, before: int) -> list[Step]:
        if (written := self._writers.get(key)) is None:
            return self._given
        # Super-steps come one after another, so the last one noted is the latest.
        return next((written[superstep] for superstep in reversed(written) if superstep < before), self._given)

    def wrote(self, step: Step, superstep: int, called: bool = False) -> None:
        """Note what a step has written, or given back to the code that called it."""
        if called:
            self._results.append(step)
            return
        for key in fields(step.outputs):
            self._writers.setdefault(key, {}).setdefault(superstep, []).append(step)

    def sent(self, step: Step, node: str, superstep: int) -> None:
        """Note that a step sends work to a node."""
        self._senders[node, superstep].append(step)

    def last(self) -> list[Step]:
        """The steps that the graph's output comes from."""
        return once([*(s for written in self._writers.values() for s in written[max(written)]), *self._results])


def once(steps: Iterable[Step]) -> list[Step]:
    """Each step once, by identity, in order."""
    return list({id(step): step for step in steps}.values())
