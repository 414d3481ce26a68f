"""Options for an optimizer of somebody else: what it does not take is refused when it is made, not in the run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, signature
from typing import Any, Literal, get_args, get_origin

from llmdl_plugins.errors import MisuseError, did_you_mean

_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
_TEACHER = "proposals are the teacher's: give teacher=…"
_OURS = {
    "metric": "runs are scored by the loss",
    "seed": "the seed is that of the run",
    "num_threads": "rows side by side are the run's: give concurrency=…",
    "max_errors": "an error on the way to a model ends the run, and any other scores 0",
    "log_dir": "what a run needs to go on is on its ledger",
    "run_dir": "what a run needs to go on is on its ledger",
    "task_model": "nodes ask their own models",
    "task_lm": "nodes ask their own models",
    **dict.fromkeys(("prompt_model", "teacher_settings", "reflection_lm", "reflection_lm_kwargs"), _TEACHER),
}


def named(*makers: Callable[..., Any]) -> set[str]:
    """The names of what these take."""
    return {p.name for maker in makers for p in signature(maker).parameters.values() if p.kind in _NAMED}


def checked(name: str, options: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The options of an optimizer, if it takes them.

    Args:
        name: of the optimizer.
        known: what it takes beside what a run gives it.

    Raises:
        MisuseError: it does not take one, or a run gives it.
    """
    for option in options:
        if option in _OURS:
            raise MisuseError(f"{name} takes no {option} here: {_OURS[option]}.")
        if option not in known:
            raise MisuseError(f"{name} takes no option {option!r}.{did_you_mean(option, {*known} - {*_OURS})}")
    return dict(options)


def one_of(name: str, options: Mapping[str, Any], *makers: Callable[..., Any]) -> None:
    """Look at the options of which those who take them say what they may be.

    Raises:
        MisuseError: one is something else.
    """
    hints = {p.name: p.annotation for maker in makers for p in signature(maker, eval_str=True).parameters.values()}
    for option, value in options.items():
        allowed = _allowed(hints.get(option))
        if allowed and value is not None and value not in allowed:
            raise MisuseError(f"{name} takes {' or '.join(map(repr, allowed))} as {option}, not {value!r}.")


def _allowed(hint: Any) -> tuple[Any, ...]:
    """The values that a type names, such as `Literal["light", "heavy"] | None`."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    return tuple(value for part in get_args(hint) for value in _allowed(part))
