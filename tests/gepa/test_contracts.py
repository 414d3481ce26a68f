"""GEPA keeps what we rely on."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from gepa.api import optimize
from gepa.core.adapter import EvaluationBatch, GEPAAdapter

from ..contracts import Contract, takes

ADAPTER, OPTIMIZER = "adapters/llmdl_gepa/network_adapter.py", "adapters/llmdl_gepa/optimizer.py"


class Counting:
    """An adapter whose score is the length of a text."""

    propose_new_texts = None

    def evaluate(self, batch: Any, candidate: Any, capture_traces: bool = False) -> Any:
        scores = [min(1.0, len(candidate["text"]) / 100) for _ in batch]
        traces = list(batch) if capture_traces else None
        return EvaluationBatch(outputs=list(batch), scores=scores, trajectories=traces)

    def make_reflective_dataset(self, candidate: Any, eval_batch: Any, components: Any) -> Any:
        return {name: [{"Inputs": "x", "Generated Outputs": "y", "Feedback": "longer"}] for name in components}


def evolved(**options: Any) -> Any:
    given = {"reflection_lm": lambda prompt: f"```\n{'word ' * 15}\n```", "logger": Quiet(), "seed": 0, **options}
    return optimize({"text": "short"}, [1, 2, 3, 4], [5, 6], adapter=Counting(), **given)


class Quiet:
    """Says nothing."""

    def log(self, message: str) -> None:
        """Nothing."""


def stopped() -> bool:
    class Enough(BaseException):
        pass

    def over(prompt: Any) -> str:
        raise Enough

    try:
        evolved(reflection_lm=over, max_metric_calls=100)
    except Enough:
        return True
    return False


def is_asked(gepa_state: Any) -> bool:
    return True


CONTRACTS = [
    Contract("gepa", "an adapter has evaluate and make_reflective_dataset", ADAPTER, "gepa/core/adapter.py",
             lambda: takes(GEPAAdapter.evaluate, "batch", "candidate", "capture_traces")()
             and takes(GEPAAdapter.make_reflective_dataset, "candidate", "eval_batch", "components_to_update")()),
    Contract("gepa", "stoppers are asked with gepa_state between rounds", OPTIMIZER, "gepa/utils/stop_condition.py",
             lambda: evolved(stop_callbacks=[is_asked]).best_candidate == {"text": "short"}),
    Contract("gepa", "the best candidate maps names to texts", OPTIMIZER, "gepa/api.py",
             lambda: evolved(max_metric_calls=40).best_candidate["text"].startswith("word")),
    Contract("gepa", "what is no Exception passes", OPTIMIZER, "gepa/core/engine.py", stopped),
    Contract("gepa", "optimize takes what we give it", OPTIMIZER, "gepa/api.py",
             lambda: {"module_selector", "reflection_minibatch_size", "raise_on_exception", "display_progress_bar"}
             <= set(inspect.signature(optimize).parameters)),
]  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_gepa_keeps(contract: Contract) -> None:
    contract.check()
