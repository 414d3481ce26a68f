"""`llmdl recipes`: the architectures that can be put around a node, what one adds to an application, and studies."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.cli import plugged
from llmdl_plugins.cli.output import say
from llmdl_plugins.errors import MisuseError

if TYPE_CHECKING:
    from llmdl_plugins.module import Module
    from llmdl_plugins.network import Network

recipes = typer.Typer(
    help="Recipes: list the architectures, show one, or run a study of them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@recipes.command("list")
def list_recipes(plugin: plugged.Plugins = None) -> None:
    """List the architectures that `fit --recipe` takes."""
    from llmdl_plugins.plugins.catalogue import catalogue

    for name, offer in catalogue("recipes").items():
        say(f"{name}  {offer.summary}")


@recipes.command()
def show(
    name: Annotated[str, typer.Argument(help="A name of the list.")],
    target: Annotated[str | None, typer.Argument(help="Show what it adds to this, as path/app.py:graph.")] = None,
    node: Annotated[str | None, typer.Option(help="The node that it is put around.")] = None,
    source: Annotated[str | None, typer.Option(help="The state key that this node is asked with.")] = None,
    plugin: plugged.Plugins = None,
) -> None:
    """Explain and draw a recipe; with an application, say what it adds to it and costs.  Nothing is sent.

    Example: llmdl recipes show vote app.py:graph --node answer
    """
    from llmdl_plugins.plugins.catalogue import find

    recipe = find("recipes", name)
    added = list(_around(recipe, target, node, source)) if target else []
    for line in [getdoc(recipe) or f"{name} does not say what it does.", *added]:
        say(line)


@recipes.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def run(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A study.")],
    plugin: plugged.Plugins = None,
) -> None:
    """Run a study and print its tables; `llmdl recipes run NAME --help` says what it takes.

    Example: llmdl recipes run claims
    """
    from llmdl_plugins.cli.commands import command
    from llmdl_plugins.plugins.catalogue import catalogue, find

    if name == "--help":  # what stands behind a name belongs to the study
        studies = (f"  {known}  {offer.summary}" for known, offer in catalogue("studies").items())
        say("\n".join([ctx.get_help(), "", "Studies:", *studies]))
        return
    study = command(name, find("studies", name), "")
    study.main(args=ctx.args, prog_name=f"llmdl recipes run {name}", standalone_mode=False)


def _around(recipe: Any, target: str, node: str | None, source: str | None) -> Iterator[str]:
    """What it adds to an application."""
    from llmdl_plugins.cli.fitting import application

    plain = application(target)
    made = recipe(plain, node=node, source=source)
    known = plain.named_parameters()
    yield from ("", *_costs(made), "")
    yield from (f"adds {name}: {p.role}" for name, p in made.named_parameters().items() if name not in known)
    yield f"\n{made.draw('mermaid')}"


def _costs(network: Network) -> Iterator[str]:
    """The calls of each alternative at a node, where a text is one piece, and the node makes one if it does not say."""
    from llmdl_plugins.containers.choice import Choice

    names = {parameter: name for name, parameter in network.named_parameters().items()}
    for node, layer in network.layers.items():
        if isinstance(layer, Choice):
            for option in layer.alternatives:
                with network.using({names[layer.chosen]: option}):
                    yield f"{node}, {option}: {_calls(layer, node)}"


def _calls(layer: Module, node: str) -> str:
    for sizes, where in (({}, ""), ({node: 1}, ", where the node makes one")):
        try:
            told = str(layer.calls(**sizes))
        except MisuseError:
            continue
        return f"{told} {'call' if told == '1' else 'calls'}{where}"
    return "it does not say how many calls"
