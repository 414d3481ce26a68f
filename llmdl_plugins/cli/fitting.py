"""What the options of a command stand for: the application as a network, loss, prices."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmdl_plugins.errors import MisuseError, TargetError
from llmdl_plugins.plugins.catalogue import catalogue

if TYPE_CHECKING:
    from llmdl_plugins.network import Network


def application(target: str) -> Network:
    """The application as a network, as its source tells it."""
    from llmdl_plugins.cli.output import kept
    from llmdl_plugins.network import trainable
    from llmdl_plugins.target import load_target

    with kept():
        return trainable(load_target(target))


def resolved_loss(name: str) -> Any:
    """The name of a loss, or the function that `package.module:function` or `file.py:function` names.

    Raises:
        MisuseError: there is no such function.
    """
    module, colon, attribute = name.rpartition(":")
    if not colon or name in catalogue("losses"):  # one that another plugin offers too is plugin:loss
        return name
    if not module or not attribute:
        raise MisuseError(f"There is no loss {name!r}: write it as package.module:function or file.py:function.")
    from llmdl_plugins.effects import guard
    from llmdl_plugins.target import named

    try:
        with guard.reported("import"):
            loss = named(module, attribute, name)
    except TargetError as error:
        raise MisuseError(f"There is no loss {name!r}: {error}") from error
    if not callable(loss):
        raise MisuseError(f"{name!r} is no loss, but a {type(loss).__name__}: name a function of (prediction, gold).")
    return loss


def read_prices(path: Path | None) -> dict[str, tuple[float, ...]] | None:
    """The prices in a JSON file.

    Raises:
        MisuseError: it can't be read, or holds something else.
    """
    if path is None:
        return None
    try:
        return {model: _price(given) for model, given in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise MisuseError(
            f'{path} holds no prices ({error}): write {{"model": [dollars per 1e6 tokens in, dollars per 1e6 out]}}.'
        ) from None


def _price(given: Any) -> tuple[float, ...]:
    """Dollars in, out, and in from a cache where it is given."""
    price = tuple(float(dollars) for dollars in given)
    if len(price) not in (2, 3) or not all(0 <= dollars < inf for dollars in price):
        raise ValueError(f"{given!r} is no price")
    return price
