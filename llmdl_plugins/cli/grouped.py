"""Options that several commands share stand in a dataclass, which a command takes as one argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, signature
from typing import Any


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer takes it: each field of a dataclass among its arguments is an option of its own.

    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Pace:
    ...     rpm: float = 60
    >>> @grouped
    ... def ask(*, pace: Pace, loud: bool = False) -> None:
    ...     print(pace.rpm, loud)
    >>> [*signature(ask).parameters]
    ['rpm', 'loud']
    >>> ask(rpm=5, loud=True)
    5 True
    """
    taken = signature(command, eval_str=True).parameters
    groups = {name: p.annotation for name, p in taken.items() if is_dataclass(p.annotation)}

    @wraps(command)
    def called(**given: Any) -> None:
        made = {name: _made(group, given) for name, group in groups.items()}
        command(**given, **made)

    shown = [_options(groups[name]) if name in groups else [p] for name, p in taken.items()]
    return described(called, [option for some in shown for option in some])


def described(command: Callable[..., None], parameters: Sequence[Parameter]) -> Callable[..., None]:
    """The command with these parameters: typer reads what a command takes from its signature and its annotations."""
    command.__signature__ = signature(command).replace(parameters=parameters, return_annotation=None)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    return command


def _options(group: Any) -> list[Parameter]:
    held = signature(group, eval_str=True).parameters.values()
    return [option.replace(kind=Parameter.KEYWORD_ONLY) for option in held]


def _made(group: Any, given: dict[str, Any]) -> Any:
    """A group of the options that belong to it, which are taken out of those that were given."""
    return group(**{one.name: given.pop(one.name) for one in fields(group) if one.name in given})
