"""A search from the command line, on a small agent that imports nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_space_in_a_file_is_searched_and_belongs_to_the_run(
    llmdl: Callable[..., Any], agent: str, few: Path, tmp_path: Path
) -> None:
    (tmp_path / "space.yaml").write_text("recipes: [{recipe: demonstrations, node: sort}]")
    given = ("search", agent, "--data", few, "--loss", "exact_match", "--space", "space.yaml", "--folder", "runs/s")
    done = llmdl(*given, "--search", "random")
    assert done.code == 3, done.err  # without examples the choices change nothing
    told = json.loads((tmp_path / "runs/s/config.json").read_text())
    assert (told["optimizer"], told["space"]["recipes"][0]["node"]) == ("random", "sort")
    refused = llmdl(*given, "--search", "halving")
    assert refused.code == 2 and "optimizer" in refused.err


def test_what_is_no_space_is_misuse(llmdl: Callable[..., Any], agent: str, rows: Path, tmp_path: Path) -> None:
    (tmp_path / "space.json").write_text('{"layers": 3}')
    done = llmdl("search", agent, "--data", rows, "--loss", "exact_match", "--space", "space.json")
    assert done.code == 2 and "space.json holds no space" in done.err
    assert llmdl("search", agent, "--data", rows, "--loss", "exact_match").code == 2  # nothing to choose from


def test_what_is_no_search_is_told_with_searches_alone(llmdl: Callable[..., Any], agent: str, rows: Path) -> None:
    given = ("search", agent, "--data", rows, "--loss", "exact_match")
    done = llmdl(*given, "--search", "demonstrations")
    assert done.code == 2 and "No search 'demonstrations'" in done.err and "textual-gradient" not in done.err
    assert llmdl(*given, "--aim", "cost").code == 2
