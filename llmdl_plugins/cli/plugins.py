"""`llmdl plugins`: what is installed, what it adds, what is broken; and whether a plugin keeps its promises."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llmdl_plugins.cli import plugged
from llmdl_plugins.cli.output import say
from llmdl_plugins.cli.package import Kind

if TYPE_CHECKING:
    from llmdl_plugins.plugins.listing import Listed

plugins = typer.Typer(
    help="Plugins: list what is installed, check one, or begin one.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
)

_BROKEN = 1
Limit = Annotated[float, typer.Option(min=0.1, help="Seconds that a plugin may take to be imported.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@plugins.callback()
def default(context: typer.Context, as_json: Json = False, plugin: plugged.Plugins = None) -> None:
    """Plugins: list what is installed, check one, or begin one."""
    if context.invoked_subcommand is None:
        list_plugins(as_json=as_json)


@plugins.command("list")
def list_plugins(limit: Limit = 10.0, as_json: Json = False, plugin: plugged.Plugins = None) -> None:
    """List plugins, where they come from, what they add and what is broken; each is looked at in another process."""
    from llmdl_plugins.plugins.listing import listing

    found = listing(limit)
    if as_json:
        say(json.dumps({"plugins": [one.json() for one in found]}, indent=2))
    else:
        for line in (line for one in found for line in _lines(one)):
            say(line)
    if any(one.state == "broken" for one in found):
        sys.exit(_BROKEN)


def _lines(one: Listed) -> Iterator[str]:
    plugin = one.plugin
    origin = f"{plugin.distribution} {plugin.version}".strip() or "a file"
    yield f"{plugin.name}  {origin}  {plugin.place}{'  (switched off)' if one.state == 'off' else ''}"
    if one.file and one.file != plugin.place:
        yield f"  {one.file}"
    yield from (f"  BROKEN: {fault}" for fault in one.faults)
    for kind, names in one.offers.items():
        yield f"  {kind}"
        yield from (f"    {name}  {summary}" for name, summary in names)
    yield from (f"  hears {hook}" for hook in one.run_hooks)


@plugins.command()
def check(
    name: Annotated[str, typer.Argument(help="The name of an installed plugin, or a file.")],
    limit: Annotated[float, typer.Option(min=0.1, help="Seconds that each part of the check may take.")] = 120.0,
) -> None:
    """Check that a plugin keeps its promises: it is imported and tried in processes of its own.

    Each promise is a line: ok, FAIL with the reason, or skip with what was missing to try it.

    Example: llmdl plugins check my_plugin.py
    """
    from llmdl_plugins.cli.checking import FAIL, Promise, conformance, summary
    from llmdl_plugins.plugins.installed import installed
    from llmdl_plugins.plugins.manager import named
    from llmdl_plugins.plugins.probe import probed

    plugin = named(name, installed())
    (seen,) = probed([plugin], limit, deep=True)
    found = [Promise("it is loaded, its hooks and specs are right", "; ".join(seen["faults"]))]
    found += [Promise(what, wrong) for what, wrong in seen["findings"]]
    if not seen["left_out"]:
        found += conformance(plugin.name if plugin.distribution else plugin.place, limit)
    for n, one in enumerate(found):
        is_told = one.state == FAIL and any(one.why == before.why for before in found[:n])
        say(str(replace(one, why="as above") if is_told else one))
    say(summary(found))
    if any(one.state == FAIL for one in found):
        sys.exit(_BROKEN)


@plugins.command()
def new(
    name: Annotated[str, typer.Argument(help="What users will write, for example careful-search.")],
    kind: Annotated[Kind, typer.Option(help="What it adds.")],
    into: Annotated[Path, typer.Option(help="Where the package's folder is made.")] = Path(),
) -> None:
    """Begin a plugin: a whole package llmdl-NAME, which works, with tests that hold its promises.

    Example: llmdl plugins new careful-search --kind search
    """
    from llmdl_plugins.cli import package

    folder = package.new(name, kind, into)
    say(f"{folder} is a whole package. Next:")
    say(f"  cd {folder}\n  pip install -e '.[test]'\n  pytest\n  llmdl plugins check {name.removeprefix('llmdl-')}")
