"""Running the command in this process, as `llmdl` would."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from llmdl_plugins.cli import main
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.spec import Spec

HERE = Path(__file__).parent


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def llmdl(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Callable[..., Done]]:
    """Run `llmdl ARGS` in a scratch folder, and in this process: what a test puts in place holds for the application.

    The process of its own that the application gets is tested in `test_side_effects`, `test_child`.
    """
    monkeypatch.setattr("llmdl_plugins.cli.confined.confined", lambda *given, **named: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESK_MODEL", "desk_model:model")
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setattr(sys, "path", [*sys.path])

    def run(*args: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["llmdl", *map(str, args)])
        before = sys.stdout
        try:
            with pytest.raises(SystemExit) as ended:
                main()
                raise SystemExit(0)
        finally:
            sys.stdout = before
        told = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else int(bool(code)), told.out, told.err)

    yield run
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith((str(HERE / "agents"), str(tmp_path))):
            del sys.modules[name]  # another copy of it is another application


@pytest.fixture
def agent() -> str:
    """The small agent."""
    return f"{HERE / 'agents' / 'desk.py'}:graph"


@pytest.fixture
def teacher(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a teacher that writes what the small agent needs."""
    offers = {"fake": Spec("fake", "desk_model:teacher"), "deaf": Spec("deaf", "desk_model:deaf")}
    monkeypatch.setattr(
        "llmdl_plugins.run.models.catalogue", lambda kind: offers if kind == "models" else catalogue(kind)
    )
    return "fake:teacher"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """120 stories, half of them sports."""
    path = tmp_path / "stories.jsonl"
    path.write_text("".join(json.dumps(story(n)) + "\n" for n in range(120)))
    return path


@pytest.fixture
def few(rows: Path) -> Path:
    """The first 40 of them."""
    path = rows.with_name("few.jsonl")
    path.write_text("\n".join(rows.read_text().splitlines()[:40]))
    return path


def story(n: int) -> dict[str, object]:
    """One labelled story."""
    words = "late goal wins the match" if n % 2 else "budget passes after long debate"
    text = f"{words}, part {n}"
    desk = "sports" if n % 2 else "news"
    return {"id": str(n), "inputs": {"messages": [{"role": "user", "content": text}]}, "expected": {"desk": desk}}
