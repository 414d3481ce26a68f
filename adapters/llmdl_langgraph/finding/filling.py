"""Which texts of the user's source are filled as templates, and in which syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.wording.syntax import DOUBLE_BRACES, FORMAT, PERCENT, Syntax
from llmdl_langgraph.wording.template import every

TEMPLATING = {
    "from_messages",
    "from_template",
    "PromptTemplate",
    "ChatPromptTemplate",
    "SystemMessagePromptTemplate",
    "HumanMessagePromptTemplate",
}
_AROUND_EXAMPLES = {"FewShotPromptTemplate", "FewShotPromptWithTemplates"}
_FINISHED = {"SystemMessage", "HumanMessage", "AIMessage", "ChatMessage", "ToolMessage", "MessagesPlaceholder"}


def filled(tree: ast.AST) -> Iterator[tuple[ast.expr, Syntax]]:
    """The expressions whose value is filled as a template, each with its syntax."""
    for node in every(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr="format" | "format_map")):
                yield from ((inner, FORMAT) for inner in _receiver(value))
            case ast.BinOp(left=left, op=ast.Mod()):
                yield from ((inner, PERCENT) for inner in _receiver(left))
            case ast.Call() if called(node) in TEMPLATING:
                syntax = _syntax(node)
                yield from ((inner, syntax) for inner in _templates(node) if inner is not node)
            case ast.Call(keywords=keywords) if called(node) in _AROUND_EXAMPLES:
                yield from ((k.value, _syntax(node)) for k in keywords if k.arg in ("prefix", "suffix"))


def _syntax(node: ast.Call) -> Syntax:
    """The syntax in which LangChain fills the templates that this call makes."""
    given = next((k.value for k in node.keywords if k.arg == "template_format"), None)
    return DOUBLE_BRACES if isinstance(given, ast.Constant) and given.value != "f-string" else FORMAT


def _templates(node: ast.AST) -> Iterator[ast.expr]:
    """What a call that makes templates is given: messages that are finished already are not filled."""
    if isinstance(node, ast.Call) and called(node) in _FINISHED:
        return
    if isinstance(node, ast.expr):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _templates(child)


def _receiver(node: ast.expr) -> Iterator[ast.expr]:
    """What `.format` or `%` is applied to, through white space changes."""
    yield node
    if isinstance(node, ast.Call):
        inner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        for part in [*inner, *node.args]:
            yield from _receiver(part)
