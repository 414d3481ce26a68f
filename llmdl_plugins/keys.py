"""Which keys of the state a layer reads and writes, and what is wrong with layers that don't fit together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.module import Module

Keys = tuple[str, ...]


def named(source: str | Iterable[str]) -> Keys:
    """One key or several, as a tuple."""
    return (source,) if isinstance(source, str) else tuple(source)


def unwritten(layers: Sequence[Module]) -> Keys | None:
    """What layers, one after the other, read from outside; None where one does not say."""
    found: list[str] = []
    written: set[str] = set()
    for layer in layers:
        if layer.reads is None or layer.writes is None:
            return None
        found += [key for key in layer.reads if key not in written]
        written |= set(layer.writes)
    return tuple(dict.fromkeys(found))


def every(keys: Iterable[Sequence[str] | None]) -> Keys | None:
    """All keys of these, each once; None where one is not known."""
    known = list(keys)
    return None if None in known else tuple(dict.fromkeys(key for one in known for key in one or ()))


def outside(layers: Iterable[Module | None], *more: str, made: Sequence[str] = ()) -> Keys | None:
    """What layers read of the state, and these keys; without what is made for them. None where one does not say."""
    found = every([*(layer.reads for layer in layers if layer is not None), more])
    return None if found is None else tuple(key for key in found if key not in made)


def check_chain(owner: str, layers: Sequence[Module], given: Sequence[str]) -> None:
    """Raise MisuseError where a layer reads what is neither given nor written before it, as far as that is known."""
    there = set(given)
    for n, layer in enumerate(layers, start=1):
        for key in layer.reads or ():
            if key not in there:
                raise MisuseError(
                    f"{owner}: layer {n}, {layer.get_name()}, reads {key!r}, which is neither given nor written "
                    f"before it.{did_you_mean(key, there)}"
                )
        if layer.writes is None:
            return
        there |= set(layer.writes)


def check_keys(owner: str, layer: Module, state: Sequence[str]) -> None:
    """Raise MisuseError where a layer reads a key that the state does not have, or writes none that it has."""
    for key in layer.reads or ():
        if key not in state:
            raise MisuseError(f"{owner} reads {key!r}, and the state has {', '.join(state)}.{did_you_mean(key, state)}")
    if layer.writes and not set(layer.writes) & set(state):
        raise MisuseError(
            f"{owner} writes {', '.join(layer.writes)}, and the state has {', '.join(state)}: what it writes would be "
            f"lost.{did_you_mean(layer.writes[-1], state)}"
        )


def written(owner: str, layer: Module) -> str:
    """The one key that a layer writes.

    Raises:
        MisuseError: it writes none, several, or does not say.
    """
    if layer.writes is None or len(layer.writes) != 1:
        said = "does not say what it writes" if layer.writes is None else f"writes {list(layer.writes)}"
        raise MisuseError(f"{owner} needs a layer that writes one key; {layer.get_name()} {said}: set its `writes`.")
    return layer.writes[0]


def at_least(owner: str, name: str, value: object, least: int, because: str) -> int:
    """A whole number that is big enough.

    Raises:
        MisuseError: it is none, or too small.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise MisuseError(f"{owner} needs {name} of {least} or more, got {value!r}: {because}.")
    return value
