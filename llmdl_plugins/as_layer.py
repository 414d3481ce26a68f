"""What a container is given, as a layer: a layer itself, or an application that its adapter knows as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.plugins.catalogue import catalogue


def as_layer(owner: str, given: Any) -> Module:
    """A layer; of another kind of application the one that its adapter makes of it, such as of a DSPy program.

    Raises:
        MisuseError: it is none.
    """
    if isinstance(given, Module):
        return given
    for offer in catalogue("adapters").values() if not isinstance(given, type) else ():
        if offer.is_loaded() and (network := offer.load()(given, probes=())) is not None:
            if (layer := network.layer()) is not None:
                return layer  # type: ignore[no-any-return]
            break
    what = f"the class {given.__name__}" if isinstance(given, type) else f"a {type(given).__name__}"
    raise MisuseError(
        f"{owner} takes layers, and was given {what}: put a function, a chain or a graph into BlackBox(…, target=KEY)."
    )


def as_layers(owner: str, given: Mapping[str, Any]) -> dict[str, Module]:
    """Layers by name.

    Raises:
        MisuseError: they have no names, or one is none.
    """
    if not isinstance(given, Mapping):
        raise MisuseError(f"{owner} takes layers by name, and was given a {type(given).__name__}: {{'a': …, 'b': …}}.")
    return {name: as_layer(owner, one) for name, one in given.items()}
