"""The house keeps its levels."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

_spec = importlib.util.spec_from_file_location("architecture", Path(__file__).with_name("architecture.py"))
assert _spec and _spec.loader
architecture = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(architecture)


def test_no_room_imports_upwards_or_sideways() -> None:
    assert list(architecture.violations()) == []


def test_no_room_of_the_adapter_of_langgraph_imports_upwards() -> None:
    assert list(architecture.violations_of_graphs()) == []


def test_every_room_has_a_level() -> None:
    rooms = {p.name.removesuffix(".py") for p in architecture.CORE.iterdir() if p.name != "__pycache__"}
    homeless = rooms - {"__init__", "py.typed"} - set().union(*architecture.LEVELS)
    assert homeless == set()


def test_shares_are_written_in_one_place() -> None:
    files = [
        file
        for name in ("llmdl_plugins", "adapters", "recipes", "benchmarks")
        for file in (architecture.ROOT / name).rglob("*.py")
    ]
    assert len(files) > 500
    assert [file for file in files if re.search(r":[+]?\.\d%", file.read_text(encoding="utf-8"))] == []


def test_function_level_imports_are_seen(tmp_path: Path) -> None:
    file = tmp_path / "sly.py"
    file.write_text("def f():\n    from llmdl_plugins import run\n    import langgraph.graph\n")
    assert {"llmdl_plugins.run", "langgraph.graph"} <= set(architecture.imports(file))


def test_the_way_through_the_code_names_every_file_of_the_top_and_none_that_is_not_there() -> None:
    told = set(
        re.findall(r"`([a-z_/]+)(?:\.trainable|\.export)?`", (architecture.ROOT / "docs" / "inside.md").read_text())
    )
    files = [
        *architecture.CORE.glob("*.py"),
        *(p for room in ("door", "secrets") for p in (architecture.CORE / room).glob("*.py")),
    ]
    top = {str(path.relative_to(architecture.CORE).with_suffix("")) for path in files if path.stem != "__init__"}
    assert top - told == set()
    places = [architecture.CORE, architecture.ROOT, architecture.ROOT / "adapters" / "llmdl_langgraph"]
    lost = [name for name in told if not any((p / f"{name}.py").exists() or (p / name).is_dir() for p in places)]
    assert lost == []
