"""What holds a string expression: the scope, the name and the call around it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "constant",
    "literal",
    "fstring",
    "class attribute",
    "default",
    "docstring",
    "field description",
    "file",
    "entry",
    "held",
]

TRANSPARENT = {"dedent", "cleandoc", "strip", "lstrip", "rstrip", "format", "join", "str", "replace"}
ANSWERING = {"invoke", "ainvoke", "stream", "astream", "batch", "abatch", "create"}  # their result is no prompt
ADDING = {"append", "insert"}  # to a list of texts, which is joined later
GENERIC_KEYWORDS = {"content", "text", "template", "default", "description"}


@dataclass(frozen=True)
class Place:
    """What holds an expression: the scope, the name and the call around it, and the quotes of an f-string around it."""

    kind: Kind = "constant"
    scope: str = ""
    name: str = ""
    context: str = ""
    around: str = ""

    def inside(self, name: str, kind: Kind) -> Place:
        """The place of the body of a class or function."""
        return Place(kind, f"{self.scope}.{name}" if self.scope else name)


def called(node: ast.Call) -> str:
    """The last name of what is called: `SystemMessage`, `from_messages`."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def under_target(target: ast.expr, at: Place) -> Place:
    """The place of what is assigned to a target."""
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return replace(at, name=name)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return replace(at, name=name)
    return replace(at, name="")


def under_keyword(keyword: str, at: Place) -> Place:
    """The place of a keyword argument or a value in a dictionary."""
    if at.context in ("Field", "field") and keyword == "description":
        return replace(at, kind="field description")
    if not at.context and keyword == "description" and at.kind not in ("field description", "docstring"):
        return replace(at, kind="field description")  # of a schema that is written as a dictionary
    return at if at.name and keyword in GENERIC_KEYWORDS else replace(at, name=keyword or at.name)
