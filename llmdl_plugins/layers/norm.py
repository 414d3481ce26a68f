"""Normalisation: texts that mean the same become the same text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import rendered
from llmdl_plugins.sayings import bare

FORMS = ("off", "spaces", "folded")


class Norm(Module):
    """state[source], a text → its canonical form, in its place; calls: none.

        "  Lost card. " ─┐
        "lost  CARD"    ─┼─▶ "lost card"
        "stolen card"   ─┘  (an alias)

    Args:
        source: the state key that is read and written anew.
        form: "spaces": one way to write each character (NFC) and white space; "folded": also without case and marks
            around.  "off" leaves the text as it is.
        aliases: canonical text → other texts for it.

    Raises:
        MisuseError: one text is an alias of two.

    Source: layer normalisation (Ba et al., 2016); Unicode normalisation forms (UAX 15).
    """

    identity = MappingProxyType({"form": "off"})

    def __init__(
        self,
        source: str,
        form: Literal["off", "spaces", "folded"] = "folded",
        aliases: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self.source, self.known = source, _known(aliases)
        self.reads = self.writes = (source,)
        self.form = Parameter(form, kind="choice", options=FORMS, role=f"how far {source} is made alike")

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the canonical form."""
        form = self.form.value
        if form == "off":
            return {}
        text = canonical(rendered(state[self.source]), form)
        return {self.source: self.known.get(canonical(text, "folded"), text)}


def canonical(text: str, form: str) -> str:
    """One form for all texts that differ in nothing that counts.

    >>> canonical(" Lost\\n card. ", "spaces"), canonical(" Lost\\n card. ", "folded")
    ('Lost card.', 'lost card')
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return bare(spaced) if form == "folded" else spaced


def _known(aliases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text, others in aliases.items():
        for other in map(lambda one: canonical(one, "folded"), (text, *others)):
            if found.setdefault(other, text) != text:
                raise MisuseError(f"Norm: {other!r} would be {found[other]!r} and {text!r}: keep one of them.")
    return found
