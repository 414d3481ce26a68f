"""DSPy's optimizers by their names here; nothing of DSPy is imported to list them."""

from __future__ import annotations

from collections.abc import Iterator

from llmdl_plugins.plugins.spec import Spec

_DSPY, _OPTUNA = ("dspy",), ("dspy", "optuna")
_OFFERED = (
    ("labeled-few-shot", "examples:LabeledFewShot", "train rows as worked examples", _DSPY),
    ("bootstrap-few-shot", "examples:BootstrapFewShot", "runs that went right as worked examples", _DSPY),
    (
        "bootstrap-few-shot-with-random-search",
        "examples:RandomSearch",
        "the best of several sets of such examples",
        _DSPY,
    ),
    ("bootstrap-few-shot-with-optuna", "examples:WithOptuna", "one such example a step, chosen by Optuna", _OPTUNA),
    ("knn-few-shot", "examples:KNNFewShot", "of such examples the nearest to each question", ("dspy", "bm25s")),
    ("ensemble", "examples:Ensemble", "the best of several sets, and how their majority did", _DSPY),
    ("copro", "instructions:COPRO", "a teacher writes instructions in rounds", _DSPY),
    ("miprov2", "instructions:MIPROv2", "a teacher's instructions and worked examples, searched together", _OPTUNA),
    ("simba", "instructions:SIMBA", "a teacher's rules and examples from rows on which runs differ", _DSPY),
    ("gepa", "instructions:GEPA", "a teacher reflects on what went wrong", _DSPY),
    ("infer-rules", "instructions:InferRules", "rules that a teacher reads off runs that went right", _DSPY),
    ("better-together", "instructions:BetterTogether", "examples first, then GEPA", _DSPY),
)


def _weights(name: str) -> str:
    return (
        "it trains the weights of a model, which are no values of a network. "
        f"Train them with {name} of DSPy itself, by a provider that can, and let the model be chosen: "
        "net.offer('NODE/model', {'tuned': lm})."
    )


_UNAVAILABLE = (
    (
        "signature-optimizer",
        "DSPy 3.4 itself fails: it gives COPRO eight arguments, which takes seven. Use its successor, dspy:copro.",
    ),
    ("avatar-optimizer", "DSPy 3.4 itself fails: it uses dspy.TypedPredictor, which is gone."),
    ("bootstrap-finetune", _weights("BootstrapFinetune")),
    ("grpo", _weights("GRPO")),
    (
        "reanchor",
        "it fits thresholds to the probabilities of typed outputs of DSPy, and what nodes answer is text without any.",
    ),
)


def specs() -> Iterator[Spec]:
    """What is offered, and what is not and why."""
    for name, target, what, requires in _OFFERED:
        yield Spec(f"dspy:{name}", f"llmdl_dspy.teleprompt.{target}", f"DSPy: {what}", requires, "dspy")
    for name, why in _UNAVAILABLE:
        yield Spec(f"dspy:{name}", "llmdl_dspy.teleprompt:optimizer", f"DSPy: {name}", unavailable=why)
