"""Models and their engines: whose they are, how they answer, and who sends to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dspy
from dspy.clients import execution
from dspy.clients.engines.lm15_engine import AsyncLM15Engine, LM15Engine

CONNECTION = execution.CLIENT_KEYS
_OWN = {"forward", "aforward", "__call__", "acall"}


def is_stock(lm: Any) -> bool:
    """Whether it is a `dspy.LM` as it was written, for chats."""
    return type(lm) is dspy.LM and lm.model_type == "chat" and _OWN.isdisjoint(vars(lm))


def own_engine(lm: Any, asynchronous: bool) -> Any:
    """The engine of the user's that answers it, one request with one response; else None."""
    engine = lm._async_engine_spec if asynchronous else lm._engine_spec
    return None if hasattr(engine, "complete_legacy") else engine


def is_native(engine: Any) -> bool:
    """Whether an engine is DSPy's own, which sends to providers by itself."""
    return type(engine) in (LM15Engine, AsyncLM15Engine)


def target_of(engine: Any, provider: str) -> Any:
    """Who sends to a provider for DSPy's own engine; None where nobody did yet, or it is closed."""
    return None if engine._closed else engine._providers.get(provider)


def is_async(lm: Any) -> bool:
    """Whether a model answers asynchronously as it does otherwise: an engine or a `forward` of the user's may not."""
    if type(lm) is not dspy.LM and not _is_async(lm.__class__):
        return False
    return isinstance(getattr(lm, "_engine_spec", "auto"), str) or lm._async_engine_spec is not None


def _is_async(kind: type) -> bool:
    if not issubclass(kind, dspy.BaseLM):
        return False
    base = dspy.LM if issubclass(kind, dspy.LM) else dspy.BaseLM
    for one, other in (("__call__", "acall"), ("forward", "aforward")):
        if getattr(kind, one) is not getattr(base, one) and getattr(kind, other) is getattr(base, other):
            return False
    return True


def unconnected(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without those of the connection."""
    return {name: value for name, value in settings.items() if name not in CONNECTION}
