"""Trainable values, and what is wrong with others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, Literal

from llmdl_plugins import binding
from llmdl_plugins import slots as slot_law
from llmdl_plugins.errors import ParameterError
from llmdl_plugins.plain import JSON

Kind = Literal["text", "demos", "choice"]
Check = Callable[[Any], str | None]
Worked = Callable[[Any, Any], dict[str, str] | None]


class Parameter:
    """A trainable value; reading it inside a step links it to that step.

    Args:
        default: the value of the untouched application: a text, a list of demonstrations, or one of `options`.
        kind: "text", "demos" (a list of `{"input": str, "output": str}`) or "choice".
        role: what it is for, in words that an optimizer may read.
        slots: names that the application fills into a text; a proposal keeps how often each occurs.
        options: what a choice may be.
        checks: extra rules; each takes a value and returns what is wrong with it, or None.
        rules: what they come to, in words: whoever writes a value is told before.
        max_chars: the longest text that is accepted.
        trainable: False freezes it; `frozen_because` says why.
        worked: what a step saw and what it gave → a demonstration, or None where it makes none.
    """

    def __init__(
        self,
        default: Any,
        *,
        kind: Kind = "text",
        role: str = "",
        slots: Sequence[str] = (),
        options: Sequence[JSON] = (),
        checks: Sequence[Check] = (),
        rules: Sequence[str] = (),
        max_chars: int = 20_000,
        trainable: bool = True,
        frozen_because: str = "",
        worked: Worked | None = None,
    ) -> None:
        self.default = default
        self.kind: Kind = kind
        self.role = role
        self.slots = tuple(slots)
        self.options = tuple(options)
        self.checks = tuple(checks)
        self.rules = tuple(rules)
        self.max_chars = max_chars
        self.trainable = trainable
        self.frozen_because = frozen_because
        self.kept: tuple[str, ...] = ()  # passages of the default that every value holds, word for word
        self.worked = worked

    @property
    def value(self) -> Any:
        """The value in force here; inside a step, reading it is recorded."""
        return binding.read(self)

    def copy(self) -> Parameter:
        """Another parameter that starts as this one does: for an untied copy of what reads it."""
        return copy(self)

    def narrow(self, options: Sequence[JSON], name: str) -> None:
        """Let training choose among fewer options; the default stays one of them.

        Raises:
            ParameterError: one of them is no option, or the default is missing.
        """
        if self.kind != "choice" or any(option not in self.options for option in options):
            raise ParameterError(f"{name}: {list(options)} are not all among its options {list(self.options)}.")
        if self.default not in options:
            raise ParameterError(f"{name}: the options need {self.default!r}, what the application has now.")
        self.options = tuple(options)

    def freeze(self, because: str = "frozen by the user") -> None:
        """Keep the default; training will not propose other values."""
        self.trainable, self.frozen_because = False, because

    def keep(self, passage: str) -> None:
        """Keep a passage of the default word for word, whatever training makes of the rest.

        >>> prompt = Parameter("Be brief. Never give legal advice.")
        >>> prompt.keep("Never give legal advice.")
        >>> prompt.problem("Be very brief.")
        "it must keep 'Never give legal advice.'"

        Raises:
            ParameterError: the default does not hold it.
        """
        if self.kind != "text" or not passage.strip() or passage not in self.default:
            raise ParameterError(f"{passage[:80]!r} can't be kept: it does not stand in {str(self.default)[:80]!r}.")
        if passage not in self.kept:
            self.kept += (passage,)

    def unfreeze(self) -> None:
        """Let training propose values again."""
        self.trainable, self.frozen_because = True, ""

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        wrong = {"text": self._text_problem, "demos": _demos_problem, "choice": self._choice_problem}[self.kind](value)
        return wrong or next((said for check in self.checks if (said := check(value))), None)

    def _text_problem(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return f"needs text, got {type(value).__name__}"
        if not value.strip() and str(self.default).strip():
            return "the text is empty"
        if len(value) > self.max_chars:
            return f"{len(value)} characters, more than the {self.max_chars} allowed"
        want = slot_law.count(slot_law.parse(str(self.default), self.slots))
        got = slot_law.count(slot_law.parse(value, self.slots))
        if want != got:
            return f"slots must stay {dict(want)}, the value has {dict(got)}"
        return next((f"it must keep {passage!r}" for passage in self.kept if passage not in value), None)

    def _choice_problem(self, value: Any) -> str | None:
        return None if value in self.options else f"{value!r} is none of {list(self.options)}"

    def __repr__(self) -> str:
        return f"Parameter({self.kind}, {str(self.default)[:40]!r})"


def _demos_problem(value: Any) -> str | None:
    if not isinstance(value, list | tuple):
        return f"needs a list of demonstrations, got {type(value).__name__}"
    for n, demo in enumerate(value):
        if not isinstance(demo, Mapping) or not {"input", "output"} <= set(demo):
            return f'demonstration {n} needs "input" and "output"'
        if not isinstance(demo["input"], str) or not isinstance(demo["output"], str):
            return f'demonstration {n}: "input" and "output" must be texts'
    return None


def check(parameter: Parameter, value: Any, name: str) -> None:
    """Raise ParameterError where a value can't be taken."""
    if not parameter.trainable:
        raise ParameterError(f"{name} is frozen ({parameter.frozen_because}): unfreeze it, or leave it out.")
    if wrong := parameter.problem(value):
        raise ParameterError(f"{name}: {wrong}.")


def showing(parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Those that can be trained to show worked examples, and say how one is told."""
    return {name: p for name, p in parameters.items() if p.kind == "demos" and p.trainable and p.worked is not None}
