"""What is said of Ray where it is not installed."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

import pytest

from llmdl_plugins.errors import MissingExtraError
from llmdl_ray.plugin import llmdl_executors


def test_without_ray_its_extra_is_named_and_with_it_the_owner_stays_free_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    (spec,) = llmdl_executors()
    there = importlib.util.find_spec

    def missing(name: str, *args: Any) -> Any:
        return None if name == "ray" else there(name, *args)

    monkeypatch.delitem(sys.modules, "ray", raising=False)
    with monkeypatch.context() as without:
        without.setattr("llmdl_plugins.plugins.spec.find_spec", missing)
        with pytest.raises(MissingExtraError, match=r"ray needs ray: pip install 'llmdl-plugins\[ray\]'"):
            spec.load()
    from llmdl_ray.executor import RayWorkers

    assert RayWorkers(3).workers == 3 and "ray" not in sys.modules
