"""How a trained application is handed over: the options of `llmdl export` that a command names at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmdl_plugins.training.result import Result

_TEXTS_ONLY = ("patch", "review", "middleware", "dspy")
_FILES = {"patch": "prompts.patch", "module": "trained"}


def handing(result: Result) -> str:
    """How the application is handed over first, and how else; what was chosen is in no form that holds texts alone."""
    from llmdl_plugins.cli.export import FORMS

    forms = [form for form in result.network.exports if form in FORMS] if result.network else ["patch"]
    if result.network and any(result.network[name].kind == "choice" for name in result.parameters):
        forms = [form for form in forms if form not in _TEXTS_ONLY]
    first = next((form for form in ("patch", "dspy", "module") if form in forms), forms[0])
    how = f"{'' if first == 'patch' else f'--as {first} '}-o {_FILES.get(first, 'trained.json')}"
    others = [form for form in forms if form != first]
    return f"{how}    (or --as {', '.join(others)})" if others else how
