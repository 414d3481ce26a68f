"""What we use of DSPy 3.4 beyond its documented names, all in one place; `tests/dspy/test_contracts.py` watches it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

import dspy
from dspy._vendor.lm15 import serde
from dspy._vendor.lm15.transports import _async, _sync
from dspy.adapters.chat_adapter import field_header_pattern
from dspy.adapters.types.base_type import CUSTOM_TYPE_START_IDENTIFIER
from dspy.clients import execution
from dspy.clients._deprecation import warn_openai_messages as warn_openai_messages
from dspy.clients.call_result import CallResult
from dspy.clients.engines.lm15_engine import AsyncLM15Engine, LM15Engine
from dspy.clients.errors import error_boundary as error_boundary
from dspy.clients.lm15_boundary import request_kwargs
from dspy.dsp.utils.settings import main_thread_config, thread_local_overrides
from dspy.lm15 import Message, Request, Response, TextPart, Usage, response_from_openai_chat
from dspy.predict import predict, react, react_v2
from dspy.primitives.base_module import BaseModule
from dspy.primitives.prediction import Completions
from dspy.utils import parallelizer
from dspy.utils.constants import IS_TYPE_UNDEFINED
from dspy.utils.saving import get_dependency_versions

from llmdl_plugins.holding import holding

# What a call is made of, and where it is made: the door replaces `execute`, `aexecute` and `_engine`.
EXECUTION = execution
BODY = ("model", "messages", "rollout_id")
CONNECTION = execution.CLIENT_KEYS
_CALLED = ("__call__", "acall")
_OWN = {"forward", "aforward", *_CALLED}
_PREDICTS = ("_forward_preprocess", "_forward_postprocess", "_should_stream")
_PLAIN = SimpleNamespace(request=None, legacy={})  # a call that sets nothing
# What stands in a text for an image and its like.
MARK = CUSTOM_TYPE_START_IDENTIFIER
# What an answer to a chat adapter begins an output with.
HEADER = field_header_pattern
# By what a chat adapter writes and reads.
CHAT = dspy.ChatAdapter
_WRITES = ("format", "parse", "format_user_message_content")
_HOME = str(Path(dspy.__file__).parent)
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


def versions() -> dict[str, str]:
    """What a saved program says that it was saved with."""
    return dict(get_dependency_versions())


def is_single(lm: Any, call: Any) -> bool:
    """Whether a call is one request to an engine of the user's, whole."""
    own = not isinstance(lm._engine_spec, str) if is_managed(call) else False
    return bool(own and call.n == 1 and not call.cache and not streaming())


def is_untouched() -> bool:
    """Whether models are called, and chat adapters write and read, by what DSPy has written: who traces may wrap it."""
    called = [getattr(kind, name) for kind in (dspy.BaseLM, dspy.Adapter, CHAT) for name in _CALLED]
    written = [getattr(CHAT, name) for name in _WRITES]
    return vars(dspy.LM).keys().isdisjoint(_CALLED) and all(map(is_written, [*called, *written]))


def is_written(method: Any) -> bool:
    """Whether a method is as DSPy has written it."""
    return type(method) is FunctionType and method.__code__.co_filename.startswith(_HOME)


def is_dspys(adapter: Any) -> bool:
    """Whether it is DSPy's chat adapter, and nothing of it was exchanged."""
    return type(adapter) is CHAT and vars(adapter).keys().isdisjoint(_WRITES)


def is_stock(lm: Any) -> bool:
    """Whether it is a `dspy.LM` as it was written, for chats."""
    return type(lm) is dspy.LM and lm.model_type == "chat" and _OWN.isdisjoint(vars(lm))


def is_plain(kind: type[dspy.Predict]) -> bool:
    """Whether predictors of this class look at what they are given, and make predictions, as DSPy has written it."""
    if kind is dspy.Predict:
        return True
    return all(getattr(kind, name) is getattr(dspy.Predict, name) for name in _PREDICTS)


def held(predict: dspy.Predict) -> dict[str, Any]:
    """What a predictor holds; its own way to it looks each time who asks."""
    found: dict[str, Any] = object.__getattribute__(predict, "__dict__")
    return found


def kinds_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The types of inputs; None for one of which none was written."""
    return {
        name: None if one.json_schema_extra.get(IS_TYPE_UNDEFINED) else one.annotation for name, one in fields.items()
    }


def is_of(value: Any, kind: Any) -> bool:
    """Whether DSPy says nothing of a value where this type is written."""
    return bool(predict._is_value_compatible_with_type(value, kind))


def predicted(completions: list[dict[str, Any]], signature: Any) -> dspy.Prediction:
    """The prediction of completions, nearly always one."""
    if len(completions) != 1:
        return dspy.Prediction.from_completions(completions, signature=signature)
    (fields,) = completions
    all_of_them, made = object.__new__(Completions), object.__new__(dspy.Prediction)
    vars(all_of_them).update(signature=signature, _completions={name: [value] for name, value in fields.items()})
    vars(made).update(_store=dict(fields), _completions=all_of_them, _lm_usage=None)
    return made


def trace(predict: dspy.Predict, inputs: Mapping[str, Any], prediction: dspy.Prediction) -> None:
    """Note a prediction in DSPy's trace, where it is written."""
    settings = around()
    here, most = settings["trace"], settings["max_trace_size"]
    if here is not None and most > 0:
        if len(here) >= most:
            here.pop(0)
        here.append((predict, {**inputs}, prediction))


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


def unconnected(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without those of the connection."""
    return {name: value for name, value in settings.items() if name not in CONNECTION}


def output_of(lm: Any, response: Any) -> Any:
    """What an adapter is given of a response: nearly always its one text."""
    if type(response) is Response and response.finish_reason != "length":
        first = response.message.parts[0]
        if type(first) is TextPart and len(response.message.parts) == 1:
            return first.text
    return execution._result(lm, response, _PLAIN, None, estimate=False).outputs[0]


async def complete(lm: Any, call: Any) -> CallResult | None:
    """Such a call; its price is looked up here, for which DSPy starts a thread each time.  None for an older engine."""
    backend, request, provider = execution._engine(lm, call, True)
    if request is None:
        return None
    with error_boundary(lm.model, provider=provider, unexpected=True):
        response = await backend.complete(request)
        result = execution._result(lm, response, call, provider, request, estimate=False)
    execution._price_result(lm, result, response, provider, request)
    return result


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


def is_managed(call: Any) -> bool:
    """Whether DSPy itself retries this call: a subclass of the user's that writes `forward` does what it likes."""
    return bool(call.managed)


def rollout(lm: Any, call: Any) -> Any:
    """Which draw of the same request this is, as DSPy counts them; None where nobody asked for another."""
    return call.kwargs.get("rollout_id", lm.kwargs.get("rollout_id"))


def settings_of(call: Any) -> dict[str, Any]:
    """The options of a call, but for its messages and its connection."""
    if call.request is not None:
        told = serde.request_to_dict(call.request)
        return {key: value for key, value in told.items() if key not in ("messages", "system", *BODY)}
    return {k: v for k, v in call.legacy.items() if k not in BODY and k not in CONNECTION and v is not None}


def messages_of(call: Any) -> list[Any]:
    """The messages of a call, in the words of OpenAI's chat completions."""
    if call.request is None:
        return list(call.legacy["messages"])
    return list(request_kwargs(call.request, "chat")["messages"])


def with_messages(call: Any, messages: list[Any]) -> None:
    """Put other messages into a call that was prepared; the caller's own are left alone."""
    call.legacy = {**call.legacy, "messages": messages}
    if call.messages is not None:
        call.messages = messages
    elif call.prompt is not None:
        call.prompt, call.messages = None, messages


def body_of(request: Request) -> dict[str, Any]:
    """A request in the words of OpenAI's chat completions."""
    return dict(request_kwargs(request, "chat"))


def response_of(message: Mapping[str, Any], model: str, usage: Mapping[str, int] | None) -> Response:
    """A response, from a message in the words of OpenAI's chat completions."""
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    choice = {"index": 0, "message": dict(message), "finish_reason": reason}
    return response_from_openai_chat({"model": model, "choices": [choice], "usage": usage}, model=model)


def response_of_text(text: str, model: str, usage: Usage) -> Response:
    """The response that says this, and nothing else."""
    message = unchecked(Message, role="assistant", parts=(TextPart(text),), continuation=())
    rest = {"logprobs": None, "provider_data": None, "adaptations": (), "logprobs_complete": True}
    return unchecked(Response, id=None, model=model, message=message, finish_reason="stop", usage=usage, **rest)


def text_of(message: Message) -> str | None:
    """What a message says that is text and nothing else."""
    first = message.parts[0]
    text: str | None = first.text if type(first) is TextPart and len(message.parts) == 1 else message.text
    return text


def unchecked(kind: Any, **fields: Any) -> Any:
    """A part of a request of which every field is given, and was looked at already."""
    made = object.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def around() -> Mapping[str, Any]:
    """The settings that hold here: inside a `dspy.context` all of them are in one place."""
    found: Mapping[str, Any] = thread_local_overrides.get() or main_thread_config
    return found


def context(**changes: Any) -> holding[Any]:
    """`dspy.context`, which is entered for each module and each row."""
    before = thread_local_overrides.get()
    return holding(thread_local_overrides, type(before)({**main_thread_config, **before, **changes}))


def inside(module: Any, settings: Mapping[str, Any]) -> holding[Any]:
    """Inside, this module calls.

    Args:
        settings: that hold around it.
    """
    return context(caller_modules=[*(settings["caller_modules"] or ()), module])


def override(changes: Mapping[str, Any]) -> None:
    """Change settings to the end of the `dspy.context` that this is in."""
    thread_local_overrides.set(type(thread_local_overrides.get())({**thread_local_overrides.get(), **changes}))


def streaming() -> bool:
    """Whether somebody reads what a model says while it says it."""
    return dspy.settings.send_stream is not None
