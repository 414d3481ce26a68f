"""What is too long for one call, as the chunks that a layer reads one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import Keys
from llmdl_plugins.prompting import is_conversation, listed, rendered, told
from llmdl_plugins.tokens import Count, approximately, bounded, pieces


def chunks(value: Any, width: int) -> list[str]:
    """A text cut into pieces of at most so many tokens; of a list each entry, of a conversation each turn.

    >>> chunks(["One.", "Two."], 8), chunks([{"role": "user", "content": "Hello."}], 8)
    (['One.', 'Two.'], ['Human: Hello.'])
    """
    if listed(value):
        return [rendered([one] if is_conversation([one]) else one) for one in value]
    return pieces(rendered(value), width)


def windows(parts: list[str], size: int) -> list[str]:
    """Every run of so many neighbours, as one text each; fewer parts than that are one window.

    >>> windows(["a", "b", "c"], 2)
    ['a\\nb', 'b\\nc']
    """
    return ["\n".join(parts[at : at + size]) for at in range(max(1, len(parts) - size + 1))] if parts else []


def beside(state: Mapping[str, Any], keys: Iterable[str], more: Mapping[str, Any]) -> Any:
    """What a layer tells its model: these keys of the state, then what it brings itself; what is empty is left out."""
    known = {**{key: state[key] for key in keys}, **{name: value for name, value in more.items() if value}}
    return told(known, list(known))


def held(said: str, bound: int) -> str:
    """What a model said, within the bound whatever it said."""
    return bounded(said.strip(), bound)


def apart(owner: str, *keys: str | Keys) -> None:
    """Raise MisuseError where two roles have one key."""
    flat = [key for one in keys for key in ((one,) if isinstance(one, str) else one)]
    if twice := [key for key in flat if flat.count(key) > 1]:
        raise MisuseError(f"{owner} would use {twice[0]!r} for two things: give each a key of its own.")


def latest(parts: Sequence[str], bound: int, count: Count = approximately) -> list[str]:
    """The parts at the end that a bound holds together; the end of the last one, where it alone is too long.

    >>> latest(["One.", "Two.", "Three."], 3)
    ['Two.', 'Three.']
    """
    first = len(parts)
    while first and count("\n".join(parts[first - 1 :])) <= bound:
        first -= 1
    return list(parts[first:]) or [bounded(part, bound, count, last=True) for part in parts[-1:]]
