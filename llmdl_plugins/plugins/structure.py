"""What can be checked of a plugin without using it: targets are there, and can be called as their kind is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.plugins.catalogue import Offer
from llmdl_plugins.plugins.kinds import one
from llmdl_plugins.plugins.loading import told

_CALLED: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # positional and named arguments; a kind that is not here is only callable
    "losses": ((), ()),
    "optimizers": ((), ()),
    "searches": ((), ()),
    "adapters": (("obj",), ("probes",)),
    "models": (("name",), ()),
    "recipes": (("network",), ("node", "source")),
    "executors": (("workers",), ()),
    "loggers": ((), ()),
    "doors": ((), ()),
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        wrong: what is not as it should be, or empty.
        needed: whether nothing can be tried where it is wrong.
    """

    what: str
    wrong: str = ""
    needed: bool = False


def findings(offer: Offer) -> Iterator[Finding]:
    """Everything about one offer that needs no run."""
    what = f"{one(offer.kind)} {offer.name!r}"
    if not offer.summary:
        yield Finding(f"{what} has a summary", "it has none, so lists don't say what it is")
    if offer.spec.requires and not offer.spec.extra and offer.plugin.distribution:
        yield Finding(
            f"{what} names the extra that installs {', '.join(offer.spec.requires)}", "it has requires and no extra"
        )
    if offer.spec.unavailable:
        return
    try:
        target = offer.load()
    except LlmdlError as error:
        yield Finding(f"{what} can be imported", str(error), needed=True)
        return
    yield Finding(f"{what} can be imported", needed=True)
    yield Finding(f"{what} can be called as {_call(offer.kind)}", _wrong(offer.kind, target), needed=True)


def _call(kind: str) -> str:
    if kind not in _CALLED:
        return "f(…)"
    positional, named = _CALLED[kind]
    return f"f({', '.join([*positional, *(f'{name}=…' for name in named)])})"


def _wrong(kind: str, target: Any) -> str:
    if kind in ("commands", "studies") and hasattr(target, "registered_commands"):
        return ""  # a typer app
    if not callable(target):
        return f"it is a {type(target).__name__}"
    return "" if kind not in _CALLED else _unfit(kind, target)


def _unfit(kind: str, target: Callable[..., Any]) -> str:
    positional, named = _CALLED[kind]
    if kind == "losses" and getattr(target, "needs_model", False):
        positional = ("model",)
    try:
        inspect.signature(target).bind(*positional, **dict.fromkeys(named))
    except TypeError as error:
        return f"it can't be: {error}"
    except ValueError:
        return ""  # what is written in C has no signature to look at
    except Exception as error:
        return told(error)
    return ""
