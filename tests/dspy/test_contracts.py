"""DSPy keeps what we rely on beyond its documented names."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import re
from dataclasses import replace
from typing import Any

import dspy
import pytest
from dspy._vendor.lm15 import serde
from dspy.adapters import utils
from dspy.adapters.types.base_type import CUSTOM_TYPE_START_IDENTIFIER
from dspy.clients import backend_selection, execution
from dspy.clients.call_result import CallResult
from dspy.clients.engines.lm15_engine import AsyncLM15Engine, LM15Engine
from dspy.clients.lm15_boundary import request_kwargs
from dspy.dsp.utils.settings import thread_local_overrides
from dspy.lm15 import (
    Message,
    Request,
    Response,
    TextPart,
    ThinkingPart,
    Usage,
    response_from_openai_chat,
    response_to_events,
)
from dspy.predict import predict, react, react_v2
from dspy.utils import parallelizer

from llmdl_dspy import compat, kept

from ..contracts import Contract, has, takes

COMPAT = "adapters/llmdl_dspy/compat"
MEETING = "adapters/llmdl_dspy/meeting.py"
LOOK = "dspy/clients/execution.py"
TOOLS = "adapters/llmdl_dspy/tool_uses.py"
KEPT, MODULES = "adapters/llmdl_dspy/kept.py", "adapters/llmdl_dspy/modules.py"
DIRECT, WAYS = "adapters/llmdl_dspy/direct.py", "adapters/llmdl_dspy/ways.py"
FORMATTED, REQUESTED = "adapters/llmdl_dspy/formatted.py", "adapters/llmdl_dspy/requested.py"
PREDICTOR, PROGRAM = "adapters/llmdl_dspy/predictor.py", "adapters/llmdl_dspy/program.py"


class Constant:
    """An engine that always says the same."""

    def complete(self, request: Request) -> Response:
        said = Message.assistant([TextPart("said")])
        return Response(id=None, model=request.model, message=said, finish_reason="stop", usage=Usage(input_tokens=1))


def prepared(lm: Any) -> Any:
    return execution.prepare(lm, "Hi", None, {"rollout_id": 3})


def found_by_name(name: str) -> bool:
    """Who calls asks the module for it, so that what takes its place is found."""
    return f"import {name}" in inspect.getsource(dspy.BaseLM.__call__) or name in inspect.getsource(dspy.BaseLM.acall)


LM = dspy.LM("m", engine=Constant(), temperature=1.0)
REQUEST = Request(model="m", messages=(Message.user("Hi"),), system="Be kind.")
RESPONSE = Constant().complete(REQUEST)
RESPONSES = [
    RESPONSE,
    replace(RESPONSE, id="1", usage=Usage(), finish_reason="length", logprobs_complete=False),
    replace(RESPONSE, provider_data={"id": "x"}),
    replace(RESPONSE, usage=Usage(1, 0, 3, cache_read_tokens=2, reasoning_tokens=1)),
    replace(RESPONSE, message=Message.assistant([ThinkingPart("hm"), TextPart("said")])),
    replace(RESPONSE, message=Message.assistant([TextPart("")])),
]
EVENTS = list(response_to_events(RESPONSE))

ADAPTER = dspy.ChatAdapter()
PREDICT = dspy.Predict("question -> answer")
SEEN: list[Any] = []


class Inside(dspy.Module):  # type: ignore[misc]
    """Notes who calls."""

    def __init__(self) -> None:
        super().__init__()
        self.predict = dspy.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        with dspy.context(lm=LM, adapter=Noting()):
            return self.predict(question=question)


class Noting(dspy.ChatAdapter):  # type: ignore[misc]
    """Notes what a predictor was given."""

    def __call__(self, lm: Any, lm_kwargs: Any, signature: Any, demos: Any, inputs: Any) -> Any:
        SEEN.append((dspy.settings.caller_modules[-1], signature, demos))
        return [{"answer": "said"}]


def given(**kwargs: Any) -> Any:
    """Caller, signature and demonstrations as an adapter sees them."""
    with dspy.context(lm=LM, adapter=Noting()):
        PREDICT(question="q", **kwargs)
    return SEEN.pop()


def caller_is_the_predictor() -> bool:
    inside = Inside()
    inside(question="q")
    return SEEN.pop()[0] is inside.predict


def overrides_hold(**settings: Any) -> bool:
    with dspy.context(**settings):
        return {**thread_local_overrides.get()}.items() >= settings.items()


def a_context_holds_all_settings() -> bool:
    def told() -> Any:
        return type(thread_local_overrides.get()), {**thread_local_overrides.get()}

    with dspy.context(max_errors=7, of_mine=1):
        with dspy.context(trace=None):
            dspys = told()
        with compat.context(trace=None):
            return bool(told() == dspys and {"max_errors": 7, "of_mine": 1, "trace": None}.items() <= dspys[1].items())


def told_of(prediction: Any) -> Any:
    """All that a prediction holds."""
    held = dict(vars(prediction))
    return {*held}, held["_store"], held["_lm_usage"], {**vars(held["_completions"])}


CALLED = """        caller_modules = settings.caller_modules or []
        caller_modules = list(caller_modules)
        caller_modules.append(self)

        with settings.context(caller_modules=caller_modules):
            if settings.track_usage"""
OTHER = dspy.Signature("question -> answer", "Other.")
CONTRACTS = [
    Contract(
        "dspy", "a predictor takes a signature and demonstrations for one call", PREDICTOR, "dspy/predict/predict.py",
        lambda: given(signature=OTHER, demos=[{"question": "a", "answer": "b"}])[1:]
        == (OTHER, [{"question": "a", "answer": "b"}]),
    ),
    Contract(
        "dspy", "the predictor that is called is the last of caller_modules", PROGRAM, "dspy/primitives/module.py",
        caller_is_the_predictor,
    ),
    Contract(
        "dspy", "a copy of a predictor keeps its stage and its signature", PROGRAM, "dspy/predict/predict.py",
        lambda: PREDICT.deepcopy().stage == PREDICT.stage and PREDICT.deepcopy().signature is PREDICT.signature,
    ),
    Contract(
        "dspy", "the description of a field stands in its schema", PREDICTOR, "dspy/signatures/signature.py",
        lambda: OTHER.fields["answer"].json_schema_extra["desc"] == "${answer}",
    ),
    Contract(
        "dspy", "ReAct writes what str() says of a tool into its instructions", "adapters/llmdl_dspy/tools.py",
        "dspy/predict/react.py",
        lambda: all(
            str(tool) in react.react.signature.instructions
            for react in [dspy.ReAct("question -> answer", tools=[found_by_name])]
            for tool in react.tools.values()
        ),
    ),
    Contract(
        "dspy", "ReAct and ReActV2 show what a tool raised by their format_error_for_lm", TOOLS,
        "dspy/predict/react.py",
        lambda: all(
            "format_error_for_lm(err, traceback_frames=5)" in inspect.getsource(module) for module in (react, react_v2)
        ),
    ),
    Contract(
        "dspy", "a copy of a tool calls the function that it was given", TOOLS, "dspy/adapters/types/tool.py",
        lambda: dspy.Tool(found_by_name).model_copy(update={"func": lambda **given: given})(name="n") == {"name": "n"},
    ),
    Contract(
        "dspy", "dspy.Retrieve calls the forward that it holds", "adapters/llmdl_dspy/retrievals.py",
        "dspy/retrievers/retrieve.py", lambda: "self.forward(*args, **kwargs)" in inspect.getsource(dspy.Retrieve),
    ),
    Contract(
        "dspy", "the tools that end an agent are made in dspy.predict", "adapters/llmdl_dspy/tools.py",
        "dspy/predict/react.py",
        lambda: dspy.ReAct("q -> a", tools=[]).tools["finish"].func.__module__ == "dspy.predict.react"
        and inspect.getsource(dspy.ReActV2).count("def submit(") == 1,
    ),
    Contract(
        "dspy", "the result of a call is made by _result, its price looked up by _price_result", COMPAT, LOOK,
        lambda: takes(execution._result, "lm", "response", "call", "provider", "request")()
        and takes(execution._price_result, "lm", "result", "response", "provider", "request")(),
    ),
    Contract(
        "dspy", "acall is prepare, aexecute and finalize; the first goes to a thread", REQUESTED,
        "dspy/clients/base_lm.py",
        lambda: "to_thread(prepare" in inspect.getsource(dspy.BaseLM.acall)
        and "finalize(self, call, await aexecute(self, call))" in inspect.getsource(dspy.BaseLM.acall),
    ),
    Contract(
        "dspy", "a request is made by _canonical, which is looked up when a call is made", REQUESTED, LOOK,
        takes(execution._canonical, "call", "compat"),
    ),
    Contract(
        "dspy", "texts that no provider takes are refused by _check_encodable, and nothing else is", REQUESTED, LOOK,
        takes(execution._check_encodable, "value", "where"),
    ),
    Contract(
        "dspy", "the fields of a signature are looked for by _get_fields_with_type of its class, anew each time",
        FORMATTED, "dspy/signatures/signature.py",
        lambda: type(dspy.Signature)._get_fields_with_type(dspy.Signature("a -> b"), "input").keys() == {"a"},
    ),
    Contract(
        "dspy", "values are formatted by serialize_for_json, which leaves texts as they are", FORMATTED,
        "dspy/adapters/utils.py", lambda: utils.serialize_for_json("a \u2028") == "a \u2028",
    ),
    Contract(
        "dspy", "a predictor asks resolve_adapter of its module whether an output wants evidence, and gets the adapter",
        FORMATTED, "dspy/predict/predict.py",
        lambda: predict.resolve_adapter(LM, ADAPTER, PREDICT.signature, {}, PREDICT.signature) is ADAPTER,
    ),
    Contract(
        "dspy", "a message and its text have the fields that are given, and no others", COMPAT,
        "dspy/_vendor/lm15/types.py",
        lambda: [*Message.__slots__, *TextPart.__slots__]
        == ["role", "parts", "continuation", "text", "continuation", "type"],
    ),
    Contract(
        "dspy", "a chat adapter asks once, and again for JSON where it can't read the answer", DIRECT,
        "dspy/adapters/chat_adapter.py",
        lambda: all(
            "_make_json_adapter_fallback()" in inspect.getsource(one) and "AdapterParseError" in inspect.getsource(one)
            for one in (dspy.ChatAdapter.__call__, dspy.ChatAdapter.acall)
        ),
    ),
    Contract(
        "dspy", "the last message of a chat adapter is its user message, and no other holds the inputs", DIRECT,
        "dspy/adapters/base.py",
        lambda: ADAPTER.format(PREDICT.signature, [], {"question": "q"})
        == [
            *ADAPTER.format(PREDICT.signature, [], {})[:-1],
            {"role": "user", "content": ADAPTER.format_user_message_content(
                PREDICT.signature, {"question": "q"}, main_request=True)},
        ],
    ),
    Contract(
        "dspy", "an adapter reads a text by parse, and whatever came by _call_postprocess", DIRECT,
        "dspy/adapters/base.py",
        lambda: ADAPTER._call_postprocess(PREDICT.signature, PREDICT.signature, ["[[ ## answer ## ]]\nx"], LM, {})
        == [ADAPTER.parse(PREDICT.signature, "[[ ## answer ## ]]\nx")],
    ),
    Contract(
        "dspy", "what an image leaves in a text begins with CUSTOM_TYPE_START_IDENTIFIER", COMPAT,
        "dspy/adapters/types/base_type.py",
        lambda: CUSTOM_TYPE_START_IDENTIFIER in str(dspy.Image(url="https://example.com/a.png")),
    ),
    Contract(
        "dspy", "a request has the fields that are given, and no others", DIRECT, "dspy/_vendor/lm15/types.py",
        lambda: [field.name for field in dataclasses.fields(Request)]
        == ["model", "messages", "system", "tools", "config"],
    ),
    Contract(
        "dspy", "a model tells its engines, its kind and its options", COMPAT, "dspy/clients/lm.py",
        has(LM, "_engine_spec", "_async_engine_spec", "model_type", "kwargs", "callbacks"),
    ),
    Contract(
        "dspy", "DSPy's own engine asks who sends to a provider, by the name that it has for the model", COMPAT,
        "dspy/clients/engines/lm15_engine.py",
        lambda: all(
            "provider, routed = " in inspect.getsource(kind.complete)
            and "return provider.complete(routed)" in inspect.getsource(kind.complete).replace("await ", "")
            and "self._providers[resolution.provider] = provider" in inspect.getsource(kind._target)
            and "return provider, replace(request, model=resolution.model)" in inspect.getsource(kind._target)
            and "self._closed" in inspect.getsource(kind._target)
            for kind in (LM15Engine, AsyncLM15Engine)
        ),
    ),
    Contract(
        "dspy", "what sends looks for proxies by proxy_route_for, in the environment", WAYS,
        "dspy/_vendor/lm15/transports/_proxy.py",
        lambda: all(takes(module.proxy_route_for, "parsed", "proxy", "trust_env")() for module in compat.TRANSPORTS)
        and "proxies = getproxies()" in inspect.getsource(compat.TRANSPORTS[0].proxy_route_for),
    ),
    Contract(
        "dspy", "DSPy chooses an engine by settings and by what its environment says of a provider, not by texts", WAYS,
        "dspy/clients/backend_selection.py",
        lambda: re.findall(r"os\.getenv\((.*?)\)", inspect.getsource(backend_selection))
        == ["name", '"XAI_API_KEY"'] and '(f"{prefix}_API_BASE", f"{prefix}_BASE_URL")' in inspect.getsource(
            backend_selection),
    ),
    Contract(
        "dspy", "calls of models stand in BaseLM; they and a chat adapter's methods are functions of DSPy's", COMPAT,
        "dspy/clients/base_lm.py", compat.is_untouched,
    ),
    Contract(
        "dspy", "a module that is called notes that it calls, and calls its forward; who listens and counts is told",
        MODULES, "dspy/primitives/module.py",
        lambda: all(
            CALLED in inspect.getsource(one) and f"\n            return {last}(*args" in inspect.getsource(one)
            for one, last in ((dspy.Module.__call__, "self.forward"), (dspy.Module.acall, "await self.aforward"))
        ),
    ),
    Contract(
        "dspy", "a context holds all settings, those of before and those of dspy.configure", COMPAT,
        "dspy/dsp/utils/settings.py", a_context_holds_all_settings,
    ),
    Contract(
        "dspy", "a predictor looks inputs through, asks an adapter, and makes a prediction that it puts into the trace",
        DIRECT, "dspy/predict/predict.py",
        lambda: vars(dspy.Predict).keys() >= {"_forward_preprocess", "_forward_postprocess", "_should_stream"}
        and compat.held(PREDICT).keys() >= {"signature", "demos", "config", "lm", "fields"}
        and "or settings.lm" in inspect.getsource(dspy.Predict._forward_preprocess)
        and inspect.getsource(dspy.Predict._forward_preprocess).count("logger.warning(") == 3
        and "settings.adapter or ChatAdapter()" in inspect.getsource(dspy.Predict.forward),
    ),
    Contract(
        "dspy", "it says nothing of inputs whose types are not written", COMPAT, "dspy/utils/constants.py",
        lambda: compat.kinds_of(dspy.Signature("a, b: int -> c").input_fields) == {"a": None, "b": int}
        and compat.is_of(1, int) and not compat.is_of("1", int),
    ),
    Contract(
        "dspy", "a prediction holds its fields, its completions and what it took, and nothing else", COMPAT,
        "dspy/primitives/prediction.py",
        lambda: all(
            told_of(compat.predicted(given, OTHER)) == told_of(dspy.Prediction.from_completions(given, OTHER))
            for given in ([{"answer": "a", "more": 1}], [{"answer": "a"}, {"answer": "b"}])
        ),
    ),
    Contract(
        "dspy", "an example holds its fields in _store", "adapters/llmdl_dspy/unchanged.py",
        "dspy/primitives/example.py", lambda: vars(dspy.Example(a=1))["_store"] == {"a": 1},
    ),
    Contract(
        "dspy", "pools of threads show tqdm.tqdm, of which each clears all", "adapters/llmdl_dspy/pools.py",
        "dspy/utils/parallelizer.py",
        lambda: "tqdm.tqdm._instances.clear()" in inspect.getsource(parallelizer.ParallelExecutor.execute),
    ),
    Contract(
        "dspy", "what dspy.context changes stands in thread_local_overrides, dspy.configure is a method of settings",
        "adapters/llmdl_dspy/configured.py", "dspy/dsp/utils/settings.py",
        lambda: dspy.configure == dspy.settings.configure and overrides_hold(max_errors=7),
    ),
    Contract(
        "dspy", "a pool of threads begins nothing any more once its cancel_jobs is set", "adapters/llmdl_dspy/pools.py",
        "dspy/utils/parallelizer.py",
        lambda: "if self.cancel_jobs.is_set():\n                return index" in inspect.getsource(
            parallelizer.ParallelExecutor._execute_parallel),
    ),
    Contract(
        "dspy", "calls are made by execute and aexecute, which are looked up when a call is made", MEETING, LOOK,
        lambda: takes(execution.execute, "lm", "call")() and takes(execution.aexecute, "lm", "call")()
        and found_by_name("execute") and found_by_name("aexecute"),
    ),
    Contract(
        "dspy", "the engine of a call is chosen by _engine, with the request and the provider", MEETING, LOOK,
        lambda: len(execution._engine(LM, prepared(LM), False)) == 3,
    ),
    Contract(
        "dspy", "a prepared call has cache, messages, prompt, kwargs, legacy, request and managed", COMPAT, LOOK,
        has(prepared(LM), "cache", "messages", "prompt", "kwargs", "legacy", "request", "managed"),
    ),
    Contract(
        "dspy", "what a prepared call sends stands in legacy, its cache in cache", COMPAT, LOOK,
        lambda: prepared(LM).legacy["messages"] == [{"role": "user", "content": "Hi"}] and prepared(LM).cache is True,
    ),
    Contract(
        "dspy", "a shallow copy of a model shares engine and connections", MEETING, "dspy/clients/lm.py",
        lambda: copy.copy(LM).engine is LM.engine and copy.copy(LM)._engine_store is LM._engine_store,
    ),
    Contract("dspy", "options of a connection are named", COMPAT, LOOK, lambda: "api_key" in execution.CLIENT_KEYS),
    Contract(
        "dspy", "errors of an engine become DSPy's by error_boundary, with the provider's name", DIRECT,
        "dspy/clients/errors.py", takes(compat.error_boundary, "model", "provider", "unexpected"),
    ),
    Contract(
        "dspy", "what OpenAI's messages are warned of is said by warn_openai_messages", REQUESTED,
        "dspy/clients/_deprecation.py",
        lambda: "warn_openai_messages(self, messages)" in inspect.getsource(dspy.BaseLM.acall),
    ),
    Contract(
        "dspy", "an output in an answer begins with its header, by itself or before its text", COMPAT,
        "dspy/adapters/chat_adapter.py",
        lambda: compat.HEADER.match("[[ ## answer ## ]] x")[1] == "answer" and not compat.HEADER.match("answer"),
    ),
    Contract(
        "dspy", "modules are copied by deepcopy of BaseModule", "adapters/llmdl_dspy/predicting.py",
        "dspy/primitives/base_module.py",
        lambda: "deepcopy" in vars(compat.COPIED) and dspy.Predict.deepcopy is compat.COPIED.deepcopy,
    ),
    Contract(
        "dspy", "what save writes names the versions by get_dependency_versions", COMPAT, "dspy/utils/saving.py",
        lambda: compat.versions()["dspy"] == dspy.__version__,
    ),
    Contract(
        "dspy", "a response goes to JSON and back, and one that is a text comes to the same JSON by itself", KEPT,
        "dspy/_vendor/lm15/serde.py",
        lambda: all(
            serde.response_from_dict(serde.response_to_dict(one, include_provider_data=True)) == one
            and kept.response_told(one) == serde.response_to_dict(one, include_provider_data=True)
            for one in RESPONSES
        ),
    ),
    Contract(
        "dspy", "so do events of a stream, which ends with an end", KEPT, "dspy/_vendor/lm15/serde.py",
        lambda: [serde.stream_event_from_dict(serde.stream_event_to_dict(e)) for e in EVENTS] == EVENTS
        and EVENTS[-1].type == "end",
    ),
    Contract(
        "dspy", "what a call brought goes to JSON and back", KEPT, "dspy/clients/call_result.py",
        lambda: CallResult.load(CallResult.native(RESPONSE).dump()).outputs == ["said"],
    ),
    Contract(
        "dspy", "a request is told in the words of OpenAI's chat completions", COMPAT, "dspy/clients/lm15_boundary.py",
        lambda: [m["role"] for m in request_kwargs(REQUEST, "chat")["messages"]] == ["system", "user"],
    ),
    Contract(
        "dspy", "a response is made of those words", COMPAT, "dspy/lm15.py",
        lambda: response_from_openai_chat(
            {"choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}]},
            model="m",
        ).text == "x",
    ),
]  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_dspy_keeps(contract: Contract) -> None:
    contract.check()
