"""Parameters by name: freezing, keeping, values in and out, and blocks in which values are in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

from llmdl_plugins.binding import all_in_force, using
from llmdl_plugins.columns import columns
from llmdl_plugins.errors import ParameterError, did_you_mean
from llmdl_plugins.holding import holding
from llmdl_plugins.parameter import Parameter, check
from llmdl_plugins.plain import plain

_HEAD = ("parameter", "kind", "size", "slots", "trainable")


class NamedParameters:
    """The parameters of one application."""

    def __init__(self, name: str, parameters: Mapping[str, Parameter]) -> None:
        self.name = name
        self._parameters = dict(parameters)
        self._own = frozenset(self._parameters.values())
        self._loaded: dict[Parameter, Any] = {}

    def __repr__(self) -> str:
        trained = sum(p.trainable for p in self._parameters.values())
        return f"<{type(self).__name__} {self.name}: {len(self._parameters)} parameters, {trained} of them trained>"

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def named_parameters(self) -> dict[str, Parameter]:
        """Every parameter by name, frozen ones too."""
        return dict(self._parameters)

    def _names(self) -> dict[Parameter, str]:
        return {parameter: name for name, parameter in self._parameters.items()}

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._parameters:
            raise ParameterError(f"No parameter {name!r}.{did_you_mean(name, self._parameters)}")
        return self._parameters[name]

    def _with(self, name: str, parameter: Parameter) -> Parameter:
        """Take another parameter in, or one in the place of another of this name."""
        self._parameters[name] = parameter
        self._own = frozenset(self._parameters.values())
        return parameter

    def freeze(self, glob: str = "*") -> None:
        """Freeze every parameter whose name matches."""
        for parameter in self._matching(glob):
            parameter.freeze()

    def unfreeze(self, glob: str) -> None:
        """Let every parameter whose name matches be trained, such as `*/tool:*`."""
        for parameter in self._matching(glob):
            parameter.unfreeze()

    def keep(self, passage: str) -> None:
        """Keep a passage word for word in every text that holds it; see `Parameter.keep`.

        Raises:
            ParameterError: none holds it.
        """
        holding = [p for p in self._parameters.values() if p.kind == "text" and passage in p.default]
        if not holding:
            raise ParameterError(f"No prompt holds {passage[:80]!r}: `llmdl show` has their texts.")
        for parameter in holding:
            parameter.keep(passage)

    def train_only(self, glob: str) -> None:
        """Freeze every trainable parameter whose name does not match."""
        wanted = self._matching(glob)
        for parameter in self._parameters.values():
            if parameter.trainable and parameter not in wanted:
                parameter.freeze(f"only {glob} is trained")

    def _matching(self, glob: str) -> list[Parameter]:
        found = [p for name, p in self._parameters.items() if fnmatchcase(name, glob)]
        if not found:
            raise ParameterError(f"No parameter matches {glob!r}.{did_you_mean(glob, self._parameters)}")
        return found

    def state_dict(self) -> dict[str, Any]:
        """Name → value in force, plain JSON."""
        values = self.values()
        return {name: plain(values.get(p, p.default)) for name, p in self._parameters.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put values in force on this network for good; names must match exactly.

        Raises:
            ParameterError: naming what is missing, unexpected or impossible.
        """
        missing, unexpected = self._parameters.keys() - state.keys(), state.keys() - self._parameters.keys()
        if missing or unexpected:
            raise ParameterError(f"Missing: {sorted(missing)}; unexpected: {sorted(unexpected)}.")
        changed = {name: value for name, value in state.items() if value != plain(self[name].default)}
        self._loaded = dict(self.checked(changed))

    def checked(self, values: Mapping[str, Any]) -> dict[Parameter, Any]:
        """Named values as a candidate; unknown name, lost slot or frozen parameter raise ParameterError."""
        for name, value in values.items():
            check(self[name], value, name)
        return {self[name]: value for name, value in values.items()}

    def values(self) -> dict[Parameter, Any]:
        """The values that differ from the untouched application, here and now."""
        return {**self._loaded, **{p: v for p, v in all_in_force().items() if p in self._own}}

    @contextmanager
    def using(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Run with these values, in this context only."""
        with self.under(self.checked(values)):
            yield

    def under(self, candidate: Mapping[Parameter, Any]) -> holding[Mapping[Parameter, Any]]:
        """`using`, for values that were checked before."""
        return using({**self.values(), **candidate} if self._loaded else candidate)

    def changed(self, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The named values that differ from the untouched application."""
        given = self.state_dict() if values is None else {name: plain(v) for name, v in values.items()}
        return {name: value for name, value in given.items() if value != plain(self[name].default)}

    def summary(self) -> str:
        """A table of the parameters: kind, size, what is frozen and why."""
        rows = [self._row(name, p) for name, p in self._parameters.items()]
        return "\n".join([f"Network {self.name}", *columns([_HEAD, *rows])])

    def _row(self, name: str, parameter: Parameter) -> tuple[str, ...]:
        is_text = parameter.kind == "text"
        size = f"{len(parameter.default)} chars" if is_text else f"{len(_entries(parameter))} entries"
        slots = ", ".join("{" + s + "}" for s in parameter.slots) or "–"
        return name, parameter.kind, size, slots, "yes" if parameter.trainable else f"no: {parameter.frozen_because}"


def _entries(parameter: Parameter) -> Sequence[Any]:
    """What a demos or choice parameter lists."""
    return parameter.options if parameter.kind == "choice" else parameter.default
