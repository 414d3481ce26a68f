"""`llmdl show`: what can be trained in an application, and with probes, what it really sends."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.cli import confined, options, plugged
from llmdl_plugins.cli.grouped import grouped
from llmdl_plugins.cli.output import kept, say
from llmdl_plugins.errors import MisuseError

if TYPE_CHECKING:
    from llmdl_plugins.network import Network

_BEGINS = 60


@grouped
def show(
    target: options.Application,
    *,
    probe: Annotated[int, typer.Option(min=0, help="Run that many rows, to see what is really sent.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Rows to run as probes, JSONL or CSV.")] = None,
    columns: options.Columns,
    budget: Annotated[str, typer.Option(help="What the probes may spend.")] = "100 calls",
    wishes: confined.Wishes,
    plugin: plugged.Plugins = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the parameters as JSON.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the graph as a mermaid drawing.")] = False,
) -> None:
    """Show nodes, parameters, sizes and what is frozen and why.  Nothing is sent, but by probes."""
    if bool(probe) != (data is not None):
        raise MisuseError("Probes need both: --probe N, and --data FILE for the rows that are run.")
    rows = list(columns.read(data)[:probe]) if data else []
    confined.confined(target, wishes)
    with kept():
        network = _network(target, rows, budget)
    _print(network, as_json, mermaid)
    if not rows and not any(p.trainable for p in network.named_parameters().values()):
        say("Its source alone shows nothing to train: --probe 2 --data ROWS shows what is really sent.", sys.stderr)


def _network(target: str, rows: list[Any], budget: str) -> Network:
    from llmdl_plugins.network import trainable
    from llmdl_plugins.target import load_target

    application = load_target(target)
    return _probed(application, rows, budget) if rows else trainable(application)


def _probed(application: Any, rows: list[Any], budget: str) -> Network:
    from llmdl_plugins.door import boundary
    from llmdl_plugins.errors import BudgetError, Stopped
    from llmdl_plugins.network import trainable
    from llmdl_plugins.run.budget import Budget
    from llmdl_plugins.run.cashier import Cashier
    from llmdl_plugins.run.ledger import Ledger
    from llmdl_plugins.run.meter import Meter
    from llmdl_plugins.run.remembered import Unrecorded

    with closing(Ledger()) as ledger:
        payer = Cashier(ledger, Meter(Budget.parse(budget)))
        try:
            with boundary.scope(payer=payer, tools=Unrecorded()):
                return trainable(application, probes=rows)
        except Stopped as stopped:
            raise BudgetError(f"The probes were not through: {stopped.reason}. Give a larger --budget.") from None


def _print(network: Network, as_json: bool, mermaid: bool) -> None:
    if as_json:
        described = {"network": network.name, "nodes": network.nodes(), "parameters": _described(network)}
        say(json.dumps(described, indent=2))
    elif mermaid:
        say(network.draw("mermaid"))
    else:
        say(f"nodes: {', '.join(network.nodes())}")
        say(network.summary())
        for line in _places(network):
            say(line)


def _described(network: Network) -> dict[str, Any]:
    from llmdl_plugins.plain import plain

    return {
        name: {
            "kind": p.kind,
            "default": plain(p.default),
            "slots": list(p.slots),
            "role": p.role,
            "trainable": p.trainable,
            "frozen_because": p.frozen_because,
            "places": network.places(name),
            "not_exportable_because": network.unexportable(name),
        }
        for name, p in network.named_parameters().items()
    }


def _places(network: Network) -> Iterator[str]:
    """Where each parameter stands, how its text begins, and whether a patch can hold it."""
    for name, parameter in network.named_parameters().items():
        begins = f": {shorten(parameter.default, _BEGINS, placeholder='…')!r}" if parameter.kind == "text" else ""
        why = network.unexportable(name)
        yield f"{name}{begins}"
        yield from (f"  {place}" for place in network.places(name))
        yield f"  not exportable: {why}" if why else "  exportable"
