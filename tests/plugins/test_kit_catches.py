"""Every check of the conformance kit catches a plugin that breaks its promise, and says why."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from llmdl_plugins import Loss, Module, Optimizer
from llmdl_plugins.errors import PluginError
from llmdl_plugins.testing.conformance import CASES, Case, cases
from llmdl_plugins.testing.conformance.fakes import Echo

from .broken import BROKEN, Greeting

_EXTRAS: dict[str, dict[str, Any]] = {
    "adapters": {"application": lambda self, model: Greeting(model)},
}
# A container is held to what a layer is, a search to what an optimizer is: what breaks that is caught once.
ROWS = [
    (kind, check)
    for (check, _), kind in {row: kind for kind in reversed(BROKEN) for row in BROKEN[kind].items()}.items()
]


def case_of(kind: str, target: Any, **more: Any) -> Case:
    """The cases of a kind, on an object that no plugin offers."""
    inside = {"name": "broken", "target": property(lambda self: target), **_EXTRAS.get(kind, {}), **more}
    return type("Broken", (cases(kind),), inside)()  # type: ignore[no-any-return]


@pytest.mark.parametrize(("kind", "check"), ROWS)
def test_a_broken_plugin_is_caught(kind: str, check: str) -> None:
    target, said = BROKEN[kind][check]
    soon = {"seconds": 1.0} if check == "test_it_ends_with_the_budget" else {}
    try:
        with pytest.raises((Exception, pytest.fail.Exception), match=said):
            getattr(case_of(kind, target, **soon), check)()
    finally:
        for thread in threading.enumerate():
            if thread.name == "llmdl-cases":
                thread.join()


def test_every_check_has_a_plugin_that_breaks_it() -> None:
    assert set(BROKEN) == set(CASES)
    for kind, table in BROKEN.items():
        assert set(table) == {name for name, _ in cases(kind).promises()}, kind


def test_every_check_says_its_promise() -> None:
    for kind in CASES:
        for name, words in cases(kind).promises():
            assert words.endswith(".") and len(words) > 20, name


@pytest.mark.parametrize(("base", "method"), [(Module, "forward"), (Optimizer, "optimize"), (Loss, "compare")])
def test_a_forgotten_async_is_named_where_it_is_written(base: type, method: str) -> None:
    with pytest.raises(PluginError, match=rf"`Slip\.{method}` is no coroutine: write `async def {method}\("):
        type("Slip", (base,), {method: lambda self, given: {}})


def test_what_a_problem_does_not_have_is_told_as_of_a_problem() -> None:
    class Guessing(Optimizer):
        name = "guessing"

        async def optimize(self, problem: Any) -> None:
            await problem.evaluate([{}], problem.validation)

    with pytest.raises(AttributeError, match="'Problem' object has no attribute 'validation'"):
        case_of("searches", Guessing).test_it_proposes_only_what_can_be()  # type: ignore[attr-defined]


def test_what_can_not_be_made_is_told_what_to_do() -> None:
    class Odd(Module):
        def __init__(self, whatever: Any) -> None: ...

    with pytest.raises(AssertionError, match="nothing says what its argument 'whatever' should be"):
        case_of("layers", Odd).made(Echo())  # type: ignore[attr-defined]
