"""Whether a candidate's texts and examples are shorter than others: ties go to the shorter."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.network import Network
from llmdl_plugins.run.rollout import Values


def is_shorter(network: Network, new: Values, old: Values) -> bool:
    """Whether texts and examples got shorter; of another choice the length of its name says nothing."""
    return _choices(network, new) == _choices(network, old) and _size(network, new) < _size(network, old)


def _choices(network: Network, values: Values) -> dict[str, Any]:
    return {n: values.get(n, p.default) for n, p in network.named_parameters().items() if p.kind == "choice"}


def _size(network: Network, values: Values) -> int:
    return sum(len(str(values.get(name, p.default))) for name, p in network.named_parameters().items())
