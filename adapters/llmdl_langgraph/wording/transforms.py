"""What programs do to a prompt's white space or case before they send it, and how to undo it in source."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from llmdl_langgraph.errors import CannotExportError


@dataclass(frozen=True)
class Transform:
    """One change of white space or case.

    Args:
        name: how it is called in messages.
        apply: the text that is sent.
        indents: whether it takes indentation away.
    """

    name: str
    apply: Callable[[str], str]
    indents: bool = False

    def restore(self, sent: str, like: str) -> str:
        """A source text that is sent as `sent`, with the white space of the source text `like`.

        Raises:
            CannotExportError: the transform takes away white space that `sent` needs.
        """
        for raw in self._candidates(sent, like):
            if self.apply(raw) == sent:
                return raw
        raise CannotExportError(f"{self.name} takes away white space at an edge or margin of the text: leave it out.")

    def _candidates(self, sent: str, like: str) -> Iterator[str]:
        margin = _margin(like) if self.indents else ""
        lead, trail = _edges(like)
        yield lead + _indent(sent.strip(), margin).removeprefix(margin) + trail
        yield _indent(sent, margin)
        yield sent


def _indent(text: str, margin: str) -> str:
    return "\n".join(margin + line if line.strip() else line for line in text.split("\n"))


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _margin(text: str) -> str:
    """What `dedent` takes from every line, or where it takes nothing, the margin of all lines but the first."""
    for block in (text, text.partition("\n")[2]):
        line = next((line for line in block.split("\n") if line.strip()), "")
        kept = next((line for line in textwrap.dedent(block).split("\n") if line.strip()), "")
        if line != kept:
            return line.removesuffix(kept)
    return ""


TRANSFORMS = (
    Transform("no change", str),
    Transform("strip", str.strip),
    Transform("dedent", textwrap.dedent, indents=True),
    Transform("dedent and strip", lambda text: textwrap.dedent(text).strip(), indents=True),
    Transform("cleandoc", inspect.cleandoc, indents=True),
)

CASES = tuple(Transform(how.__name__, how) for how in (str.upper, str.lower, str.title, str.capitalize))
