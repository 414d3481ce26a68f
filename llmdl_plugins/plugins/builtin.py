"""What this package itself offers, through the same hooks as anybody's plugin."""

from __future__ import annotations

from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


@hookimpl
def llmdl_layers() -> list[Spec]:
    return [
        Spec("prompt", "llmdl_plugins.layers.prompt:Prompt", "an instruction and a text go in, a text comes out"),
        Spec("identity", "llmdl_plugins.layers.identity:Identity", "does nothing"),
        Spec(
            "demonstrations",
            "llmdl_plugins.layers.demonstrations:Demonstrations",
            "worked examples in front of what a node reads",
        ),
        Spec(
            "retrieved",
            "llmdl_plugins.layers.retrieved:RetrievedDemonstrations",
            "worked examples that suit the input",
            requires=("bm25s",),
            extra="retrieval",
        ),
    ]


@hookimpl
def llmdl_containers() -> list[Spec]:
    return [
        Spec("sequential", "llmdl_plugins.containers.sequential:Sequential", "layers one after the other"),
        Spec("choice", "llmdl_plugins.containers.choice:Choice", "alternatives, and a parameter that selects one"),
    ]


@hookimpl
def llmdl_losses() -> list[Spec]:
    return [
        Spec("exact_match", "llmdl_plugins.losses.exact_match:ExactMatch", "1 where prediction and expected are equal"),
        Spec("contains", "llmdl_plugins.losses.contains:Contains", "1 where the prediction holds the expected text"),
        Spec("f1", "llmdl_plugins.losses.f1:F1", "overlap of words, from 0 to 1"),
        Spec("numeric", "llmdl_plugins.losses.numeric:Numeric", "1 where the last number is the expected one"),
        Spec("json_match", "llmdl_plugins.losses.json_match:JsonMatch", "share of expected JSON fields that are right"),
        Spec("judge", "llmdl_plugins.losses.judge:Judge", "a model grades the prediction; needs a teacher"),
    ]


@hookimpl
def llmdl_optimizers() -> list[Spec]:
    return [
        Spec(
            "demonstrations",
            "llmdl_plugins.optimizers.demonstrations:DemonstrationSearch",
            "no teacher: plain, static or retrieved worked examples",
        ),
        Spec(
            "textual-gradient",
            "llmdl_plugins.optimizers.textual_gradient:TextualGradient",
            "a teacher rewrites prompts from feedback on failures",
        ),
    ]


@hookimpl
def llmdl_executors() -> list[Spec]:
    return [
        Spec("local", "llmdl_plugins.run.executor:InProcess", "every run of the application in this process"),
        Spec("processes", "llmdl_plugins.run.workers.processes:Processes", "worker processes on this machine"),
    ]
