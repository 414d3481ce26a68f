"""Values as Python expressions: what layers hold, written so that a module can make it again."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args, get_origin

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel, BaseLanguageModel
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel, SecretStr

from llmdl_plugins.binding import untied
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import plain
from llmdl_plugins.standalone.files import FOLDER
from llmdl_plugins.standalone.parts import PLAIN, chosen, computed, places
from llmdl_plugins.standalone.source import PACKAGE, home, is_ours

WIDTH = 100


class Speller:
    """Spells values of one module, and notes what it has to import for them.

    Args:
        places: module of ours → the name that it is written to.
        attributes: of layers, those that their code reads.
        folder: the name of the folder that they are written to.
    """

    def __init__(self, places: Mapping[str, str], attributes: frozenset[str], folder: str = FOLDER) -> None:
        self.places, self.attributes, self.folder = places, attributes, folder
        self.imports: dict[str, str] = {}  # name here → the line that imports it
        self.models: list[tuple[BaseChatModel, str]] = []

    def spelled(self, value: Any, where: str) -> str:
        """The expression.

        Args:
            value: any value.
            where: who holds it, for errors.

        Raises:
            MisuseError: it can't be written down.
        """
        match value:
            case Parameter():
                return self.spelled(plain(value.value), where)
            case Module():
                return self.layer(value)
            case BaseChatModel():
                return self.model(value, where)
            case Mapping():
                return bracketed("{", [f"{k!r}: {self.spelled(v, where)}" for k, v in value.items()], "}")
            case list():
                return bracketed("[", [self.spelled(one, where) for one in value], "]")
            case tuple():
                return bracketed("(", [self.spelled(one, where) for one in value], ",)" if len(value) == 1 else ")")
        if isinstance(value, PLAIN):
            return repr(value)
        return self._typing(value, where) or self._named(value) or self._made(value, where)

    def layer(self, layer: Module) -> str:
        """A layer as a block."""
        if (one := chosen(layer)) is not layer:
            return self.layer(one)
        if isinstance(layer, Untied):
            with untied(layer.copies()):
                return self.layer(layer.inner)
        kind, held = type(layer), vars(layer).items()
        parts = [
            f"{name}={self.spelled({} if _is_worked_out(name, value) else value, f'{kind.__name__}.{name}')}"
            for name, value in held
            if name in self.attributes and not computed(kind, name)
        ]
        return bracketed(f"{self.imported(kind.__module__, kind.__qualname__)}(", parts, ")")

    def model(self, model: BaseChatModel, where: str) -> str:
        """A chat model, by the name that the module gives it."""
        for n, (known, _) in enumerate(self.models, 1):
            if known is model:
                return f"model_{n}"
        made = self._named(model) or self._made(model, where)
        self.models.append((model, made))
        return f"model_{len(self.models)}"

    def _named(self, value: Any) -> str | None:
        """A class, a function or a method by its name; any other object where a module has a name for it."""
        if isinstance(value, types.MethodType) and not isinstance(value.__self__, type):
            return f"{self.spelled(value.__self__, value.__name__)}.{value.__name__}"
        module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
        if module and name and name.isidentifier() and vars(sys.modules.get(module) or types).get(name) is value:
            return name if module == builtins.__name__ else self.imported(module, name)
        return next((self.imported(*place) for place in places(value)), None)

    def _made(self, value: Any, where: str) -> str:
        """An object by what it is made of, as LangChain's are: fields by name, secrets from the environment."""
        if isinstance(value, Document):
            given: dict[str, Any] = {"page_content": value.page_content, "metadata": value.metadata}
        elif isinstance(value, RunnableLambda):
            return f"{self.imported('langchain_core.runnables', 'RunnableLambda')}({self.spelled(value.func, where)})"
        elif isinstance(value, BaseModel) and "<locals>" not in type(value).__qualname__:
            given = dict(_given(value))
        else:
            raise MisuseError(
                f"{where} holds a {type(value).__name__} that can't be written down: give it a name in a module that "
                f"does not import {PACKAGE}, and import it from there."
            )
        kind = type(value)
        self._check(kind, where)
        parts = [f"{name}={self.spelled(one, f'{where}.{name}')}" for name, one in given.items()]
        return bracketed(f"{self.imported(kind.__module__, kind.__qualname__)}(", parts, ")")

    def _check(self, kind: type, where: str) -> None:
        if is_ours(kind.__module__) and kind.__module__ not in self.places:
            raise MisuseError(
                f"{where} is a {kind.__name__}, which does not run without {PACKAGE}: build the network with a part "
                "that does, or export the weights."
            )

    def _typing(self, value: Any, where: str) -> str | None:
        origin = get_origin(value)
        if origin is None:
            return None
        inner = ", ".join(repr(one) if origin is Literal else self.spelled(one, where) for one in get_args(value))
        if origin is Literal:
            return f"{self.imported('typing', 'Literal')}[{inner}]"
        if origin is types.UnionType:
            return " | ".join(self.spelled(one, where) for one in get_args(value))
        return f"{self.spelled(origin, where)}[{inner}]"

    def imported(self, module: str, name: str) -> str:
        """What a name of a module is called here."""
        there, what = home(module, name) if is_ours(module) else (module, name)
        line = f"from {f'{self.folder}.{self.places[there]}' if there in self.places else there} import {what}"
        if self.imports.setdefault(what, line) == line:
            return what
        other = f"{what}_{there.replace('.', '_')}"
        self.imports[other] = f"{line} as {other}"
        return other


def _is_worked_out(name: str, value: Any) -> bool:
    """Whether an attribute holds what a layer has made as it ran, such as indexes of what it was asked about."""
    if not name.startswith("_") or (value and not isinstance(value, Mapping)):
        return False
    kinds = [type(one) for one in value.values()] if value else []
    return all(is_ours(kind.__module__) and not issubclass(kind, Module | Parameter) for kind in kinds)


def _given(value: BaseModel) -> Iterator[tuple[str, Any]]:
    """The fields that were given to an object, beside secrets and what it has worked out by itself."""
    for name, field in type(value).model_fields.items():
        one = getattr(value, name)
        if isinstance(value, BaseLanguageModel) and name == "metadata":
            one = {key: told for key, told in (one or {}).items() if key != "lc_versions"} or None
        fits = name in value.model_fields_set and not field.exclude and not isinstance(one, SecretStr)
        if fits and name != "profile" and one != field.get_default(call_default_factory=True, validated_data={}):
            yield name, one


def bracketed(begin: str, parts: list[str], end: str) -> str:
    """Parts between brackets: on one line, or each on its own where that would be long."""
    flat = f"{begin}{', '.join(parts)}{end}"
    if len(flat) <= WIDTH and "\n" not in flat:
        return flat
    closing = end.lstrip(",")
    inside = "".join(f"    {part.replace(chr(10), chr(10) + '    ')},\n" for part in parts)
    return f"{begin}\n{inside}{closing}"
