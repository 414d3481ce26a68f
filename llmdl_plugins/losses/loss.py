"""What a loss is: a prediction and an example go in, a number and words come out."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmdl_plugins.coroutines import waited_for
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.plugins.catalogue import find


@dataclass(frozen=True)
class Score:
    """How good a prediction is: `value` from 0 to 1, and what is wrong with it in words."""

    value: float
    words: str = ""


class Loss:
    """Compares what the application gave with what was expected.

    Each key of `expected` is compared with the same key of the final state, and the values are averaged.  A plain
    `expected`, or a single key that a state with messages doesn't have, is compared with the text of the last AI
    message; a single key also with the output of what gives one thing, as chains do.  Subclasses write `compare`.
    """

    name = "loss"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        waited_for(cls, "compare")

    @property
    def fingerprint(self) -> str:
        """A hash of the loss and its settings: scores of another one are not its own."""
        return digest(self.name, {key: plain(value) for key, value in vars(self).items()})

    async def compare(self, got: Any, want: Any, example: Example) -> Score:
        """The score of one value."""
        raise NotImplementedError

    async def _compared(self, got: Any, want: Any, example: Example) -> Score:
        return checked(await self.compare(got, want, example), self.name, example.id)

    async def __call__(self, prediction: Any, example: Example) -> Score:
        """The score of a whole prediction."""
        expected = example.expected
        if not is_mapping(expected):
            return await self._compared(only_text(prediction, example), expected, example)
        if not is_mapping(prediction):
            return await self._of_one_thing(prediction, example)
        if not expected:
            raise MisuseError(f'Row {example.id!r} expects nothing: its "expected" has no keys.')
        if len(expected) == 1:
            ((key, want),) = expected.items()
            return await self._key(prediction, key, want, example)
        scores = [await self._key(prediction, key, want, example) for key, want in expected.items()]
        words = " ".join([s.words for s in scores if s.words])
        return Score(sum([s.value for s in scores]) / len(scores), words)

    async def _of_one_thing(self, prediction: Any, example: Example) -> Score:
        if len(example.expected) == 1:
            (want,) = example.expected.values()
            return await self._compared(text_of(prediction), want, example)
        got, keys = type(prediction).__name__, sorted(example.expected)
        return Score(0.0, f"The output is {got}, not a state with {keys}.")

    async def _key(self, prediction: Mapping[str, Any], key: str, want: Any, example: Example) -> Score:
        if key not in prediction:
            if key in missing(prediction, example.expected):
                return Score(0.0, f"The output has no {key!r}.")
            return await self._compared(text_of(prediction), want, example)
        score = await self._compared(prediction[key], want, example)
        return Score(score.value, f"{key}: {score.words}") if score.words else score


def is_mapping(value: Any) -> bool:
    """Whether it has values by name: nearly always it is a dict, and the look at an ABC is slow."""
    return type(value) is dict or isinstance(value, Mapping)


def missing(prediction: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """The expected keys that nothing can be compared with; messages stand in for a single one."""
    absent = [key for key in expected if key not in prediction]
    return [] if len(expected) == 1 and prediction.get("messages") else absent


def only_text(prediction: Any, example: Example) -> Any:
    """What a plain `expected` is compared with.

    Raises:
        MisuseError: the final state has several values that could be meant.
    """
    if not isinstance(prediction, Mapping) or prediction.get("messages"):
        return text_of(prediction)
    made = set(prediction) - set(example.inputs)
    if len(made) > 1:
        raise MisuseError(
            f"Row {example.id!r} expects plain text, but the final state has several values "
            f'({", ".join(sorted(made))}): say which is meant, as "expected": {{"KEY": …}}.'
        )
    return prediction[made.pop()] if made else text_of(prediction)


def text_of(prediction: Any) -> Any:
    """The text of a prediction: of the last AI message, of the last value of a state, or of itself."""
    if isinstance(prediction, Mapping):
        if messages := prediction.get("messages"):
            return next((m.text for m in reversed(messages) if getattr(m, "type", "") == "ai"), "")
        return next(reversed(list(prediction.values())), "")
    return prediction.text if hasattr(prediction, "content") else prediction


def as_text(value: Any) -> str:
    """A value as people would write it."""
    return value.strip() if isinstance(value, str) else json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


class FunctionLoss(Loss):
    """Any function `f(prediction, gold) -> float`; it may be asynchronous."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        called = getattr(function, "__qualname__", type(function).__name__)
        self.name = f"{getattr(function, '__module__', '')}.{called}"

    @property
    def fingerprint(self) -> str:
        """A hash of the function's name and code."""
        code = getattr(self.function, "__code__", None)
        return digest(self.name, [code.co_code.hex(), plain(code.co_consts), code.co_names] if code else None)

    async def __call__(self, prediction: Any, example: Example) -> Score:
        """What the function says, checked to be a number from 0 to 1."""
        said = self.function(prediction, example.expected)
        return checked(await said if inspect.isawaitable(said) else said, self.name, example.id)


def checked(said: Any, name: str, row: str) -> Score:
    """What a metric returned, as a score.

    Args:
        name: of the metric.
        row: that it looked at.

    Raises:
        MisuseError: it is no finite number from 0 to 1.
    """
    if isinstance(said, Score):
        return said if said.value in (0.0, 1.0) else checked(said.value, name, row) and said
    if hasattr(said, "score"):
        return Score(checked(said.score, name, row).value, str(getattr(said, "feedback", "") or ""))
    try:
        value = float(said)
    except (TypeError, ValueError, OverflowError):
        raise MisuseError(
            f"The loss {name} returned {said!r} on row {row!r}; it must return a number from 0 to 1."
        ) from None
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise MisuseError(f"The loss {name} returned {value} on row {row!r}; it must be a number from 0 to 1.")
    return Score(value)


def resolve(loss: Any, model: Any = None, of: Callable[[Callable[..., Any]], Loss] = FunctionLoss) -> Loss:
    """A loss by name, as an object, or from any function of (prediction, gold).

    Args:
        loss: "exact_match" and its like, a `Loss`, or a function.
        model: the chat model for a loss that asks one.
        of: makes a loss of a function.
    """
    if isinstance(loss, Loss):
        return loss
    if callable(loss) and not isinstance(loss, type):
        return of(loss)
    if not isinstance(loss, str):
        raise MisuseError(f"{loss!r} is no loss: give a name, a Loss, or a function of (prediction, gold).")
    kind = find("losses", loss)
    if not getattr(kind, "needs_model", False):
        return kind()  # type: ignore[no-any-return]
    if model is None:
        raise MisuseError(f"The loss {loss!r} asks a model: give one as teacher.")
    return kind(model)  # type: ignore[no-any-return]
