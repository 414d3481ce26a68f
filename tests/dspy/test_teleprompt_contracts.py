"""DSPy's optimizers keep what the bridge to them relies on beyond their documented names."""

from __future__ import annotations

import copy
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import dspy
import pytest
from dspy.lm15 import Message, Request, Response, TextPart

from llmdl_plugins.errors import Stopped
from llmdl_plugins.plugins.catalogue import catalogue

from ..contracts import Contract

QUIET, DESK = "adapters/llmdl_dspy/teleprompt/quiet.py", "adapters/llmdl_dspy/teleprompt/desk.py"
NODE = "adapters/llmdl_dspy/teleprompt/node.py"


class Constant:
    """An engine that always says the same."""

    def complete(self, request: Request) -> Response:
        said = Message.assistant([TextPart("said")])
        return Response(id=None, model=request.model, message=said, finish_reason="stop")


class Program(dspy.Module):  # type: ignore[misc]
    """Runs what it is given."""

    def __init__(self, does: Any) -> None:
        super().__init__()
        self.does = does

    def forward(self, **inputs: Any) -> Any:
        return self.does(**inputs)


ROWS = [dspy.Example(q=str(n), a="x").with_inputs("q") for n in range(4)]


def evaluated(does: Any, **more: Any) -> Any:
    metric = more.pop("metric", lambda example, prediction: 1.0)
    return dspy.Evaluate(devset=ROWS, metric=metric, num_threads=2, display_progress=False)(Program(does))


def extra_keys_reach_threads() -> bool:
    seen = list[Any]()

    def does(**inputs: Any) -> Any:
        seen.append(dspy.settings.get("llmdl_anything"))
        return dspy.Prediction(a="x")

    with dspy.context(llmdl_anything=7):
        evaluated(does)
    return seen == [7] * len(ROWS) and dspy.settings.get("llmdl_anything") is None


def stopping_passes() -> bool:
    def does(**inputs: Any) -> Any:
        raise Stopped("enough")

    try:
        evaluated(does)
    except Stopped:
        return True
    return False


def predictions_keep_what_is_put_on_them() -> bool:
    def does(**inputs: Any) -> Any:
        made = dspy.Prediction(a="x")
        made._outcome = inputs["q"]
        return made

    return bool(evaluated(does, metric=lambda e, p: float(p._outcome == e.q)).score == 100.0)


def copies_count_draws() -> bool:
    lm = dspy.LM("m", engine=Constant()).copy(rollout_id=3, temperature=1.0)
    return bool(lm.kwargs["rollout_id"] == 3 and isinstance(copy.copy(lm).engine, Constant))


def instructions_lose_common_indentation() -> bool:
    return bool(dspy.Signature("q -> a", "  One.\n    Two.").instructions == "One.\nTwo.")


def copies_share_a_class() -> bool:
    predict = dspy.Predict("q -> a")
    return predict.deepcopy().signature is predict.signature


def fails(make: Any, kind: type[Exception], words: str) -> bool:
    try:
        make()
    except kind as error:
        return words in str(error)
    return False


def signature_optimizer() -> Any:
    from dspy.teleprompt.signature_opt import SignatureOptimizer

    return SignatureOptimizer(metric=lambda example, prediction: 1.0)


def avatar_optimizer() -> Any:
    from dspy.teleprompt import AvatarOptimizer

    return AvatarOptimizer(metric=lambda example, prediction: 1.0)


def theirs() -> Iterator[str]:
    """Every teleprompter of DSPy, exported or not; bases have no `compile` of their own."""
    for found in pkgutil.walk_packages(dspy.teleprompt.__path__, "dspy.teleprompt."):
        module = importlib.import_module(found.name)
        for name, kind in vars(module).items():
            if (
                inspect.isclass(kind)
                and kind.__module__ == found.name
                and issubclass(kind, dspy.teleprompt.Teleprompter)
            ):
                yield from [name] if "compile" in vars(kind) and kind is not dspy.teleprompt.Teleprompter else []


# By the name in DSPy: what it is called here.
KNOWN = {
    "AvatarOptimizer": "avatar-optimizer",
    "BetterTogether": "better-together",
    "BootstrapFewShot": "bootstrap-few-shot",
    "BootstrapFewShotWithOptuna": "bootstrap-few-shot-with-optuna",
    "BootstrapFewShotWithRandomSearch": "bootstrap-few-shot-with-random-search",
    "BootstrapFinetune": "bootstrap-finetune",
    "COPRO": "copro",
    "Ensemble": "ensemble",
    "GEPA": "gepa",
    "GRPO": "grpo",
    "InferRules": "infer-rules",
    "KNNFewShot": "knn-few-shot",
    "LabeledFewShot": "labeled-few-shot",
    "MIPROv2": "miprov2",
    "ReAnchor": "reanchor",
    "SIMBA": "simba",
    "SignatureOptimizer": "signature-optimizer",
}
CATALOGUE = "adapters/llmdl_dspy/teleprompt/catalogue.py"
CONTRACTS = [
    Contract("dspy", "SignatureOptimizer fails: while it does, dspy:signature-optimizer is unavailable", CATALOGUE,
             "dspy/teleprompt/signature_opt.py", lambda: fails(signature_optimizer, TypeError, "positional arguments")),
    Contract("dspy", "AvatarOptimizer fails: while it does, dspy:avatar-optimizer is unavailable", CATALOGUE,
             "dspy/teleprompt/avatar_optimizer.py", lambda: fails(avatar_optimizer, AttributeError, "TypedPredictor")),
    Contract("dspy", "every teleprompter that it names is offered here, or named with what stands against it",
             CATALOGUE, "dspy/teleprompt/__init__.py",
             lambda: set(KNOWN) == {*theirs()}
             and {f"dspy:{name}" for name in KNOWN.values()} <= set(catalogue("optimizers"))),
    Contract("dspy", "more keys in dspy.context reach its threads", QUIET, "dspy/dsp/utils/settings.py",
             extra_keys_reach_threads),
    Contract("dspy", "what is no Exception passes Evaluate", DESK, "dspy/utils/parallelizer.py", stopping_passes),
    Contract("dspy", "a prediction keeps what is put on it with an underscore", DESK, "dspy/primitives/example.py",
             predictions_keep_what_is_put_on_them),
    Contract("dspy", "a copy of a model holds its rollout_id in kwargs", DESK, "dspy/clients/lm.py",
             copies_count_draws),
    Contract("dspy", "instructions lose their common indentation", NODE, "dspy/signatures/signature.py",
             instructions_lose_common_indentation),
    Contract("dspy", "copies of a predictor share the class of its signature", NODE, "dspy/primitives/module.py",
             copies_share_a_class),
]  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_dspys_optimizers_keep(contract: Contract) -> None:
    contract.check()
