"""Which choices count: one inside an alternative that is not chosen changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON

Path = tuple[tuple[Parameter, Sequence[JSON]], ...]
Conditions = Mapping[str, Sequence[Mapping[str, Sequence[JSON]]]]


def paths(root: Module, under: Path = ()) -> dict[Parameter, list[Path]]:
    """Parameter → the ways on which it is reached, each with the choices that lead there and their options."""
    found: dict[Parameter, list[Path]] = {}
    gates = root.gates()
    for name, inner in root.named_modules():
        way = (*under, gates[name]) if name in gates else under
        for parameter, ways in paths(inner, way).items():
            found.setdefault(parameter, []).extend(ways)
    for parameter in root.named_parameters().values():
        found.setdefault(parameter, [under])
    return found


def conditions(layers: Sequence[Module], names: Mapping[Parameter, str]) -> Conditions:
    """Name → the settings of other choices under which it counts, one for each way; without a name, always."""
    ways: dict[str, list[Path]] = {}
    for layer in layers:
        for parameter, found in paths(layer).items():
            if parameter in names:
                ways.setdefault(names[parameter], []).extend(found)
    return {name: [_settings(way, names) for way in found] for name, found in ways.items() if () not in found}


def _settings(way: Path, names: Mapping[Parameter, str]) -> dict[str, Sequence[JSON]]:
    return {names[gate]: tuple(options) for gate, options in way if gate in names}
