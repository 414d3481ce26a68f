"""What we use of DSPy 3.4 beyond its documented names, all in one place; `tests/dspy/test_contracts.py` watches it."""

from __future__ import annotations

from dspy._vendor.lm15.transports import _async, _sync
from dspy.adapters.chat_adapter import field_header_pattern
from dspy.adapters.types.base_type import CUSTOM_TYPE_START_IDENTIFIER
from dspy.clients._deprecation import warn_openai_messages
from dspy.clients.errors import error_boundary
from dspy.predict import predict, react, react_v2
from dspy.primitives.base_module import BaseModule
from dspy.utils import parallelizer
from dspy.utils.saving import get_dependency_versions

from llmdl_dspy.compat.calls import (
    BODY,
    EXECUTION,
    complete,
    is_managed,
    is_single,
    messages_of,
    rollout,
    settings_of,
    with_messages,
)
from llmdl_dspy.compat.models import is_async, is_native, is_stock, own_engine, target_of, unconnected
from llmdl_dspy.compat.predictors import (
    CHAT,
    held,
    is_dspys,
    is_of,
    is_plain,
    is_untouched,
    is_written,
    kinds_of,
    predicted,
    trace,
)
from llmdl_dspy.compat.requests import body_of, output_of, response_of, response_of_text, text_of, unchecked
from llmdl_dspy.compat.settings import around, context, inside, override, streaming

# What stands in a text for an image and its like.
MARK = CUSTOM_TYPE_START_IDENTIFIER
# What an answer to a chat adapter begins an output with.
HEADER = field_header_pattern
# Who asks by `resolve_adapter` whether an output wants evidence.
PREDICTING = predict
# Who makes copies of a module: BestOfN and Refine run copies of theirs.
COPIED = BaseModule
# Where Parallel and Evaluate start threads: bars are its `tqdm`, and its ParallelExecutor ends by `cancel_jobs`.
POOLS = parallelizer
# Who asks by `proxy_route_for` what the environment says of proxies, for each call.
TRANSPORTS = (_async, _sync)
# Who shows the traceback of a tool to a model, by `format_error_for_lm`.
SHOWING = (react, react_v2)

__all__ = [
    "BODY", "CHAT", "COPIED", "EXECUTION", "HEADER", "MARK", "POOLS", "PREDICTING", "SHOWING", "TRANSPORTS", "around",
    "body_of", "complete", "context", "error_boundary", "held", "inside", "is_async", "is_dspys", "is_managed",
    "is_native", "is_of", "is_plain", "is_single", "is_stock", "is_untouched", "is_written", "kinds_of",
    "messages_of", "output_of", "override", "own_engine", "predicted", "response_of", "response_of_text", "rollout",
    "settings_of", "streaming", "target_of", "text_of", "trace", "unchecked", "unconnected", "versions",
    "warn_openai_messages", "with_messages",
]  # fmt: skip


def versions() -> dict[str, str]:
    """What a saved program says that it was saved with."""
    return dict(get_dependency_versions())
