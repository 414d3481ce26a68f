"""The wheel holds everything, and works in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECIPES = [
    "demonstrations",
    "vote",
    "cascade",
    "refine",
    "multi-head",
    "mixture",
    "perceptron",
    "mlp",
    "attention",
    "recurrent",
    "gated",
    "encoder-decoder",
    "windows",
    "hierarchy",
]


@pytest.mark.long
def test_the_wheel_installs_and_finds_its_plugins(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = zipfile.ZipFile(wheel).namelist()
    told = ("cli/templates/code/layer.py.jinja", "cli/templates/pyproject.toml.jinja", "testing/conformance/desk.txt")
    for name in (
        *(f"llmdl_plugins/{path}" for path in ("py.typed", *told)),
        "llmdl_dspy/templates/placed.py",
        "llmdl_langgraph/templates/app.py.jinja",
        "llmdl_langgraph/templates/nodes.py",
        "llmdl_recipes/architectures/demonstrations.py",
    ):
        assert name in inside
    assert not [name for name in inside if name.startswith(("tests/", "adapters/", "examples/"))]
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "v"], check=True)
    subprocess.run([tmp_path / "v/bin/pip", "install", "-q", str(wheel)], check=True)
    kinds = ("adapters", "recipes", "models", "doors")
    code = (
        f"from llmdl_plugins.plugins.catalogue import catalogue as c; print(*(name for k in {kinds} for name in c(k)))"
    )
    done = subprocess.run([tmp_path / "v/bin/python", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "langgraph",
        *RECIPES,
        "local",
        "dspy",
        "openai",
        "anthropic",
        "google-genai",
    ]
    subprocess.run([tmp_path / "v/bin/llmdl", "--help"], check=True)
