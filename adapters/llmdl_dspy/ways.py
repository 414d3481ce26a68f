"""The way of a call to its engine, where it needn't be found again: an engine of the user's, or one that DSPy chose.

For each call of `dspy.LM("openai/…")` and its like DSPy makes a router, plans the request and goes to threads.  What it
chooses depends on the settings of a call, not on its texts: of calls with the same settings the first is DSPy's own,
and the others go where it went.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from dspy.lm15 import Config, Request

from llmdl_dspy import compat
from llmdl_dspy.requested import SETTINGS, config_of, messages_of, texts_of
from llmdl_plugins.door.arriving import Method

_PROXIES = [f"{name}_proxy" for name in ("http", "https", "all", "no")]
_AROUND = (*_PROXIES, *map(str.upper, _PROXIES), "REQUEST_METHOD")  # by which Python tells a CGI script
_KEPT = 64
_PLAIN = {str, int, float, bool}
Key = tuple[Any, ...]


class Way(NamedTuple):
    """A way to an engine.

    Args:
        engine: it answers a request.
        provider: whose it is, where DSPy chose it.
        model: as the engine takes it.
        config: the options of a request.
        options: the same as the ledger has them.
    """

    engine: Any
    provider: str | None
    model: str
    config: Config
    options: dict[str, Any]


class _Chosen(NamedTuple):
    """What DSPy chose for a call, on this loop."""

    loop: asyncio.AbstractEventLoop | None
    engine: Any
    provider: str
    model: str
    config: Config


_chosen = WeakKeyDictionary[Any, dict[Key, _Chosen]]()


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [Method(module, "proxy_route_for", _proxied) for module in compat.TRANSPORTS]


def _proxied(own: Callable[..., Any]) -> Callable[..., Any]:
    """Looks through the environment for proxies when it has changed: for each call it would take longer than JSON."""

    @lru_cache
    def found(parsed: Any, proxy: Any, trust_env: bool, *around: str | None) -> Any:
        return own(parsed, proxy=proxy, trust_env=trust_env)

    def proxy_route_for(parsed: Any, *, proxy: Any, trust_env: bool) -> Any:
        return found(parsed, proxy, trust_env, *map(os.environ.get, _AROUND))

    return proxy_route_for


def way_of(lm: Any, given: Mapping[str, Any], asynchronous: bool) -> Way | None:
    """The way of a call; None for one that is left to DSPy.

    Args:
        lm: the model, a stock one.
        given: options of the call, beside those of the model.
        asynchronous: how it is asked.
    """
    settings = {name: value for name, value in {**lm.kwargs, **given}.items() if value is not None}
    rollout = settings.pop("rollout_id", None)
    if rollout is not None and not settings.get("temperature"):
        return None
    if isinstance(lm._engine_spec, str):
        return _as_before(lm, settings, rollout, asynchronous)
    engine = compat.own_engine(lm, asynchronous)
    if engine is None or not settings.keys() <= {*SETTINGS}:
        return None
    config = config_of(*map(settings.get, SETTINGS))
    return Way(engine, None, lm.model, config, {"rollout": rollout, **settings})


def _as_before(lm: Any, settings: dict[str, Any], rollout: Any, asynchronous: bool) -> Way | None:
    """The way that DSPy went with these settings, on this loop, if it did."""
    if (key := _key(lm, settings, asynchronous)) is None or (known := _chosen.get(lm, {}).get(key)) is None:
        return None
    if known.loop is not _loop(asynchronous) or (engine := compat.target_of(known.engine, known.provider)) is None:
        return None
    options = {"rollout": rollout, **compat.unconnected(settings)}
    return Way(engine, known.provider, known.model, known.config, options)


def learn(lm: Any, call: Any, asynchronous: bool, engine: Any, request: Any, provider: Any) -> None:
    """Note what DSPy chose for a call, where the next one of its kind may go the same way."""
    if not compat.is_stock(lm) or call.n != 1 or not compat.is_native(engine) or call.request is not None:
        return
    settings = {name: value for name, value in call.legacy.items() if value is not None and name not in compat.BODY}
    if (key := _key(lm, settings, asynchronous)) is None or not _is_plain(call.legacy["messages"], request):
        return
    known = _chosen.setdefault(lm, {})
    if len(known) >= _KEPT:
        known.clear()
    model = engine.resolve(lm.model).model
    known[key] = _Chosen(_loop(asynchronous), engine, provider, model, request.config)


def _is_plain(rows: Any, request: Request) -> bool:
    """Whether a request is these messages, which are texts, and its options."""
    texts = texts_of(rows)
    if not texts or not all(texts):
        return False
    system, messages = messages_of(rows)
    return bool(request == Request(model=request.model, messages=messages, system=system, config=request.config))


def _key(lm: Any, settings: Mapping[str, Any], asynchronous: bool) -> Key | None:
    """What DSPy chooses by; None where it is more than can be told."""
    if settings.get("logprobs") or not _PLAIN.issuperset(map(type, settings.values())):
        return None  # an answer with probabilities is more than its text
    around = tuple(map(os.environ.get, _variables(lm.model)))
    told = sorted((name, type(value).__name__, value) for name, value in settings.items())
    return (asynchronous, lm.model, lm._engine_spec, around, *told)


@lru_cache
def _variables(model: str) -> tuple[str, ...]:
    """Where gateways and keys may be named that DSPy looks at for each call."""
    prefix = model.split("/", 1)[0].upper()
    return (f"{prefix}_API_BASE", f"{prefix}_BASE_URL", f"{prefix}_API_KEY")


def _loop(asynchronous: bool) -> asyncio.AbstractEventLoop | None:
    return asyncio.get_running_loop() if asynchronous else None
