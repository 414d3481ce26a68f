"""A budget of tokens or dollars, judged by what the server gave: it counts them too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .runs import AGENT, fit, ground


@pytest.mark.parametrize(
    ("limit", "price", "most"),
    [("12000 tokens", (1e6, 1e6), 12000), pytest.param("0.02 usd", (1.0, 2.0), 0.02, marks=pytest.mark.long)],
)
def test_tokens_and_dollars_stay_within_the_budget(
    tmp_path: Path, limit: str, price: tuple[float, float], most: float
) -> None:
    (tmp_path / "prices.json").write_text(json.dumps({"*": price}))
    options = ("--teacher", "openai:mock", "--budget", limit, "--prices", "prices.json")
    with ground(tmp_path) as place:
        told, served = place.ended(*fit(AGENT, "runs/k", *options)), place.stats()
        assert served["calls"] == place.ledger("runs/k") == told["spent"]["calls"]
    spent = (price[0] * served["prompt_tokens"] + price[1] * served["completion_tokens"]) / 1e6
    assert 0.5 * most < spent <= most
