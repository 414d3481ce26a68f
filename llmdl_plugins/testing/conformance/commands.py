"""What a command promises."""

from __future__ import annotations

from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from llmdl_plugins.testing.conformance.case import Case

_MISUSE = 2


class CommandCases(Case):
    """It is called in this process as `llmdl NAME …` calls it, and never with arguments that it could act on."""

    kind = "commands"

    def called(self, *arguments: str) -> Result:
        """What comes of calling it."""
        app = target = self.target
        if not isinstance(target, typer.Typer):
            app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
            app.command(self.name, help=target.__doc__)(target)
        return CliRunner().invoke(app, list(arguments), prog_name=f"llmdl {self.name}")

    def test_it_can_be_called(self) -> None:
        """It is a function that typer can read, or a typer app."""
        target = self.target
        assert callable(target), f"it is a {type(target).__name__}"
        try:
            raised = self.called("--help").exception
        except Exception as error:
            raised = error
        assert not isinstance(raised, Exception), f"typer can't read it: {raised}"

    def test_it_has_help(self) -> None:
        """`llmdl NAME --help` says what it does, and ends with 0."""
        done = self.called("--help")
        assert done.exit_code == 0, f"--help ended with {done.exit_code}"
        said = [line for line in done.output.splitlines() if line.strip() and not line.strip().startswith("Usage")]
        assert said and not _is_heading(said[0]), "the help does not say what it does: give it a docstring"

    def test_an_unknown_option_is_misuse(self) -> None:
        """An option that it doesn't have ends with 2 and a word about it."""
        self.refused(self.called("--no-such-option"))

    def test_too_many_arguments_are_misuse(self) -> None:
        """More arguments than it takes end with 2 and a word about it."""
        self.refused(self.called(*["unlikely-argument"] * 50))

    def refused(self, done: Result) -> None:
        """What comes of bad input: exit code 2, and no traceback."""
        if done.exit_code == 0:
            pytest.fail(f"bad input ended with 0: {done.output[:200]}")
        raised: Any = done.exception
        assert isinstance(raised, SystemExit), f"bad input raised {type(raised).__name__}: {raised}"
        assert done.exit_code == _MISUSE, f"bad input ended with {done.exit_code}, not with 2"
        assert done.output.strip(), "bad input ended without a word"


def _is_heading(line: str) -> bool:
    return line.strip().rstrip(":").lower() in ("options", "arguments", "commands") or line.startswith(("╭", "--"))
