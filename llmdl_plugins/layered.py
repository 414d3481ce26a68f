"""Names for the parameters of layers at nodes: the node, then the path inside the layer without its plumbing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter

_PLUMBING = re.compile(r"^(alternatives|branches|experts|heads|layers|modules)\.|^inner$")


def layer_parameters(layers: Mapping[str, Module], known: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The parameters of these layers by name; one that has a name already keeps it.

    >>> layer_parameters({}, {})
    {}
    """
    names = {parameter: name for name, parameter in known.items()}
    found: dict[str, Parameter] = {}
    for node, layer in layers.items():
        for path, parameter in layer.named_parameters().items():
            found[names.get(parameter) or free(f"{node}/{short(path)}", {*known, *found})] = parameter
    return found


def free(name: str, taken: Collection[str]) -> str:
    """The name, with the first number behind it that makes it one of its own.

    >>> free("ask", {}), free("ask", {"ask"})
    ('ask', 'ask_2')
    """
    names = [name, *(f"{name}_{n}" for n in range(2, len(taken) + 3))]
    return next(candidate for candidate in names if candidate not in taken)


def short(path: str) -> str:
    """A path without the words of containers.

    >>> short("alternatives.static/inner/demos")
    'static/demos'
    """
    parts = [_PLUMBING.sub("", part) for part in path.split("/")]
    return "/".join(part for part in parts if part)
