"""What this package offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec

_AT = "llmdl_recipes.architectures"


@hookimpl
def llmdl_recipes() -> list[Spec]:
    """The recipes of this package."""
    return [
        Spec(
            "demonstrations",
            f"{_AT}.demonstrations:demonstrations",
            "a node as it is, with fixed worked examples, or with retrieved ones",
            requires=("bm25s",),
            extra="retrieval",
        ),
        Spec("vote", f"{_AT}.vote:vote", "a node drawn several times; the majority counts"),
        Spec("cascade", f"{_AT}.cascade:cascade", "more draws only where a judge does not trust the first answer"),
        Spec("refine", f"{_AT}.refine:refine", "an answer criticised and given again"),
        Spec("multi-head", f"{_AT}.multi_head:multi_head", "copies of a node with prompts of their own, fused"),
        Spec("mixture", f"{_AT}.mixture:mixture", "a router picks among copies with prompts of their own"),
        Spec("perceptron", f"{_AT}.perceptron:perceptron", "a prompt makes notes that the node reads"),
        Spec("mlp", f"{_AT}.mlp:mlp", "layers of prompts make notes that the node reads"),
        Spec("attention", f"{_AT}.attention:attention", "a long text read where it suits the question"),
        Spec("recurrent", f"{_AT}.recurrent:recurrent", "a long text read piece by piece into notes"),
        Spec("gated", f"{_AT}.gated:gated", "a long text read piece by piece into named slots"),
        Spec(
            "encoder-decoder", f"{_AT}.encoder_decoder:encoder_decoder", "a node that reads a short code of its input"
        ),
        Spec("windows", f"{_AT}.windows:windows", "a long text read window by window; the answers are pooled"),
        Spec("leave-out", f"{_AT}.leave_out:leave_out", "a node that may be left out, where it is not worth its calls"),
        Spec("hierarchy", f"{_AT}.hierarchy:hierarchy", "a long text read piece by piece; a tree fuses the answers"),
    ]


@hookimpl
def llmdl_studies() -> list[Spec]:
    """The studies of this package."""
    return [Spec("claims", "llmdl_recipes.claims.study:claims", "the paper's three claims, each against what is fair")]
