"""The page "Write a plugin in ten minutes", followed to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llmdl_plugins import Problem
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.feedback import Feedback
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.testing import conformance
from llmdl_plugins.testing.conformance import CASES, cases

from .conftest import Shell, installed
from .test_new import own_tests

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "write-a-plugin.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"`(llmdl-[\w./-]+\.py)`:\n\n```python\n(.*?)```", PAGE, re.S))


def test_whoever_follows_the_page_has_a_plugin_that_keeps_its_promises(tmp_path: Path, shell: Shell) -> None:
    (begin,) = re.findall(r"^llmdl (plugins new first-line .*)$", PAGE, re.M)
    assert shell(*begin.split()).returncode == 0
    assert len(FILES) == 2 and all((tmp_path / path).is_file() for path in FILES)
    for path, code in FILES.items():
        (tmp_path / path).write_text(code, encoding="utf-8")
    path = installed([tmp_path / "llmdl-first-line"])
    assert "7 passed" in own_tests([tmp_path / "llmdl-first-line"], path)
    done = shell("plugins", "check", "first-line", PYTHONPATH=path)
    assert done.returncode == 0
    shown = re.findall(r"^ok    loss .*$", PAGE, re.M)
    assert shown and all(f"{line}\n" in done.stdout for line in shown)


def test_the_slip_that_the_page_speaks_of_is_caught(tmp_path: Path) -> None:
    code = next(code for path, code in FILES.items() if "tests" not in path)
    assert "str(got)" in code
    inside: dict[str, object] = {}
    exec(code.replace("str(got)", "got"), inside)
    broken = type("Broken", (cases("losses"),), {"target": inside["FirstLine"]})()
    with pytest.raises(AttributeError, match="'int' object has no attribute 'strip'"):
        broken.test_every_output_has_a_score()  # type: ignore[attr-defined]


def test_the_page_names_the_class_of_every_kind_and_so_does_the_page_of_its_hook() -> None:
    for kind in CASES:
        name = cases(kind).__name__
        assert f"`{name}`" in PAGE and name in conformance.__all__
        assert f"`{name}`" in (DOCS / "hooks" / f"llmdl_{kind}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("cell", "has"),
    [
        (r"`problem\.(\w+)", set(dir(Problem)) | set(Problem.__dataclass_fields__)),
        (r"parameters` \| (.*)", set(vars(Parameter("x"))) | set(dir(Parameter))),
        (r"rows\)` \| (.*)", set(Rollout.__dataclass_fields__)),
        (r"what it is\"\)` \| (.*)", set(Verdict.__dataclass_fields__)),
        (r"backward\(rollouts\)` \| (.*)", set(Feedback.__dataclass_fields__)),
    ],
)
def test_what_the_page_says_of_a_problem_is_there(cell: str, has: set[str]) -> None:
    found = re.findall(cell, PAGE)
    names = re.findall(r"`\.(\w+)", found[0]) or found
    assert names and set(names) <= has
