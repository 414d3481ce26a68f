"""`llmdl search`: `llmdl fit` over a space of architectures; all of its options, but one, are options of this too."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from llmdl_plugins.cli.fit import fit
from llmdl_plugins.cli.grouped import described

Strategy = Annotated[
    str,
    typer.Option("--search", help="portfolio, structured, halving, evolution, random, tpe, or what a plugin offers."),
]
_DEFAULT = "portfolio"


def search(*, search: str = _DEFAULT, **given: Any) -> None:
    """Search a better architecture for an untouched application, and test on sealed rows whether it is better.

    Example: llmdl search app.py:graph --data rows.jsonl --loss exact_match --space space.json --budget "2000 rollouts"
    """
    from llmdl_plugins.plugins.catalogue import find

    if "+" not in search:
        find("searches", search)
    fit(optimizer=search, **given)


_taken = signature(fit, eval_str=True).parameters
_strategy = Parameter("search", Parameter.KEYWORD_ONLY, default=_DEFAULT, annotation=Strategy)
_ours = [_strategy if name == "optimizer" else p.replace(kind=Parameter.KEYWORD_ONLY) for name, p in _taken.items()]
described(search, _ours)
