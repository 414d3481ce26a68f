"""A space of architectures: every combination of choices, each once, however it is written down."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product, zip_longest
from math import prod
from types import MappingProxyType
from typing import Any

from llmdl_plugins.gates import Conditions
from llmdl_plugins.network import Network
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.changes import in_words

Architecture = tuple[int, ...]
OUT = -1
SEEDS = 12
_LISTED = 200_000


@dataclass(frozen=True)
class Space:
    """Choices with their options.

    An architecture is a tuple: for each choice the number of its option, or -1 where it does not count, because it
    stands inside an alternative that is not chosen.  So equal architectures are equal tuples.

    Args:
        options: name of a choice → its options.
        start: name → the option of the application as it is; also of choices that are not searched.
        conditions: name → the settings of other choices under which it counts, any of them; always, if not named.
    """

    options: Mapping[str, Sequence[JSON]]
    start: Mapping[str, JSON]
    conditions: Conditions = field(default_factory=dict)

    @classmethod
    def of_network(cls, network: Network, values: Mapping[str, Any] = MappingProxyType({})) -> Space:
        """The trainable choices of a network, on top of these values."""
        choices = {name: p for name, p in network.named_parameters().items() if p.kind == "choice"}
        start = {name: values.get(name, p.default) for name, p in choices.items()}
        return cls({name: p.options for name, p in choices.items() if p.trainable}, start, network.conditions())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The choices, in the order of an architecture."""
        return tuple(self.options)

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """The choices, each after those that it stands inside of."""
        return tuple(sorted(self.names, key=lambda name: max(map(len, self.conditions.get(name, [()])))))

    @property
    def home(self) -> Architecture:
        """The application as it is."""
        return self.of({})

    def of(self, values: Mapping[str, JSON]) -> Architecture:
        """The architecture that these values make, on top of those of the application."""
        full = {**self.start, **values}
        return tuple(self.options[name].index(full[name]) if self.counts(name, full) else OUT for name in self.names)

    def values(self, architecture: Architecture) -> dict[str, Any]:
        """All choices by name; those that don't count are as in the application."""
        pairs = zip(self.names, architecture, strict=True)
        return {name: self.start[name] if n == OUT else self.options[name][n] for name, n in pairs}

    def changes(self, architecture: Architecture) -> dict[str, Any]:
        """The choices that count and differ from the application."""
        values = self.values(architecture)
        return {name: value for name, value in values.items() if value != self.start[name]}

    def words(self, architecture: Architecture) -> str:
        """What differs from the application, for people."""
        return in_words(self.changes(architecture))

    def counts(self, name: str, full: Mapping[str, JSON]) -> bool:
        """Whether a choice counts under values of the choices that it stands inside of."""
        ways = self.conditions.get(name)
        return ways is None or any(all(full.get(gate) in options for gate, options in way.items()) for way in ways)

    def draw(self, draw: random.Random) -> Architecture:
        """One at random: every option of every choice is as likely, whether the choice counts or not."""
        return self.of({name: draw.choice(options) for name, options in self.options.items()})

    def mutated(self, architecture: Architecture, draw: random.Random) -> Architecture:
        """With one other option of one choice that counts; what counts only now is drawn."""
        open_ = [n for n, name in enumerate(self.names) if architecture[n] != OUT and len(self.options[name]) > 1]
        if not open_:
            return architecture
        place = draw.choice(open_)
        others = [n for n in range(len(self.options[self.names[place]])) if n != architecture[place]]
        return self.of({**self._drawn(architecture, draw), **self._option(place, draw.choice(others))})

    def crossed(self, one: Architecture, other: Architecture, draw: random.Random) -> Architecture:
        """Of each choice the option of one or of the other."""
        first, second = self._drawn(one, draw), self._drawn(other, draw)
        return self.of({name: draw.choice((first, second))[name] for name in self.names})

    def _drawn(self, architecture: Architecture, draw: random.Random) -> dict[str, JSON]:
        """Its values, with drawn ones where a choice does not count."""
        pairs = zip(self.options.items(), architecture, strict=True)
        return {name: draw.choice(options) if n == OUT else options[n] for (name, options), n in pairs}

    def _option(self, place: int, number: int) -> dict[str, JSON]:
        name = self.names[place]
        return {name: self.options[name][number]}

    def near(self, architecture: Architecture) -> list[Architecture]:
        """Those that differ in one choice; what counts only there is as in the application."""
        values = self.values(architecture)
        found = [self.of({**values, name: option}) for name in self.names for option in self.options[name]]
        return [one for one in dict.fromkeys(found) if one != architecture]

    def seeds(self, most: int = SEEDS) -> list[Architecture]:
        """The application, then so many near it at the most: of each choice one option, then of each another one.

        What a recipe puts around a node is one choice away: notes, a vote, a refinement, each by itself.  After those
        come their own settings: votes of three, five and seven, so that there is one at about any cost.
        """
        home, by_itself = self.home, list(self._in_turn(self.home, self.names))
        settings = [self._in_turn(one, self._inside(one)) for one in by_itself]
        return [home, *islice(dict.fromkeys([*by_itself, *_taken_in_turn(settings)]), most)]

    def alone(self) -> list[Architecture]:
        """What differs from the application in one choice, and in the settings of what that brings."""
        return self.seeds(_LISTED)[1:]

    def _inside(self, architecture: Architecture) -> list[str]:
        """The choices that count there, and not in the application."""
        pairs = zip(self.names, architecture, self.home, strict=True)
        return [name for name, there, here in pairs if here == OUT != there]

    def _in_turn(self, architecture: Architecture, names: Sequence[str]) -> Iterator[Architecture]:
        """With another option of one of these choices: of each choice one, then of each another one."""
        values = self.values(architecture)
        ways = [[self.of({**values, name: option}) for option in self.options[name]] for name in names]
        return _taken_in_turn([[one for one in way if one != architecture] for way in ways])

    @cached_property
    def all(self) -> Sequence[Architecture] | None:
        """Every architecture once, the application first; None where there are too many to list."""
        if prod(len(options) for options in self.options.values()) > _LISTED:
            return None
        return list(dict.fromkeys([self.home, *self._combinations()]))

    def _combinations(self) -> Iterator[Architecture]:
        for drawn in product(*self.options.values()):
            yield self.of(dict(zip(self.names, drawn, strict=True)))


def _taken_in_turn(ways: Sequence[Iterable[Architecture]]) -> Iterator[Architecture]:
    return (one for turn in zip_longest(*ways) for one in turn if one is not None)
