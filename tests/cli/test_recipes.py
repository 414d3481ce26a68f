"""`llmdl recipes`: what there is, and what one adds to an application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from llmdl_plugins.cli.models import models
from llmdl_plugins.cli.plugins import plugins
from llmdl_plugins.cli.recipes import list_recipes, recipes, show
from llmdl_plugins.errors import MisuseError, UnknownNameError

APP = f"{Path(__file__).parents[1] / 'recipes' / 'agents' / 'counting.py'}"


def test_each_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    list_recipes()
    assert "vote  a node drawn several times; the majority counts\n" in capsys.readouterr().out


def test_one_is_explained_and_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    show("cascade")
    said = capsys.readouterr().out
    assert "state ─▶ node ─▶ trusted? ─ yes ─▶ update" in said and "\nCalls: c + 1" in said


def test_with_an_application_it_says_what_it_adds_and_costs(capsys: pytest.CaptureFixture[str]) -> None:
    show("cascade", f"{APP}:graph", node="answer", source="question")
    said = capsys.readouterr().out
    assert "answer, plain: 1 call," in said and "answer, cascade: 2 to 7 calls" in said
    assert "adds answer/cascade/threshold: from what trust on a stage is the last\n" in said
    assert "answer --> sign;" in said


def test_help_is_given_of_run_too_and_names_the_studies() -> None:
    told = CliRunner().invoke(recipes, ["run", "--help"])
    assert told.exit_code == 0 and "\n  claims  the paper's three claims" in told.output


@pytest.mark.parametrize(("group", "command"), [(recipes, []), (recipes, ["show"]), (models, []), (plugins, [])])
def test_help_says_what_is_to_be_typed_and_nothing_else(group: Any, command: list[str]) -> None:
    told = CliRunner().invoke(group, [*command, "--help"]).output
    assert "Usage" in told and "typing." not in told and "completion" not in told


def test_nothing_is_explained_before_what_is_wrong_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MisuseError, match="Did you mean 'question'"):
        show("refine", f"{APP}:graph", node="answer", source="qestion")
    with pytest.raises(UnknownNameError, match="Did you mean 'vote'"):
        show("vot")
    assert not capsys.readouterr().out
