"""`llmdl show`: what can be trained in an application; sends nothing."""

from __future__ import annotations

from typing import Annotated

import typer


def show(
    target: Annotated[str, typer.Argument(help="path/app.py:graph, package.module:graph or langgraph.json[:name]")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the parameters as JSON.")] = False,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the graph as a mermaid drawing.")] = False,
) -> None:
    """Show nodes, parameters, sizes and what is frozen and why.  Nothing is sent."""
    from llmdl_plugins.cli.target import load_target
    from llmdl_plugins.network import trainable
    from llmdl_plugins.plain import plain
    from llmdl_plugins.printable import printable

    network = trainable(load_target(target))
    if as_json:
        import json

        described = {
            name: {
                "kind": p.kind,
                "default": plain(p.default),
                "slots": list(p.slots),
                "role": p.role,
                "trainable": p.trainable,
                "frozen_because": p.frozen_because,
            }
            for name, p in network.named_parameters().items()
        }
        print(json.dumps({"network": network.name, "nodes": network.nodes(), "parameters": described}, indent=2))
    elif mermaid:
        print(network.draw("mermaid"))
    else:
        print(printable(f"nodes: {', '.join(network.nodes())}"))
        print(printable(network.summary()))
