"""A new plugin as a whole package: an entry point, code that does something, tests that hold its promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.kinds import KINDS, one

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MOST = 50


class Kind(StrEnum):
    """What a package can be made for."""

    OPTIMIZER = "optimizer"
    LAYER = "layer"
    CONTAINER = "container"
    LOSS = "loss"
    SEARCH = "search"
    ADAPTER = "adapter"
    MODEL = "model"
    EXECUTOR = "executor"
    RECIPE = "recipe"
    LOGGER = "logger"
    COMMAND = "command"


@dataclass(frozen=True)
class _About:
    """What is told of a kind: what its example does, how it is used, and what its target is called."""

    summary: str
    usage: str
    words: str = ""
    target: str = ""


_RUN = "llmdl fit app.py:graph --data rows.jsonl --loss exact_match"
_SEARCH = "llmdl search app.py:graph --data rows.jsonl --loss exact_match --space space.yaml"
_ABOUT = {
    Kind.OPTIMIZER: _About("leaves out sentences that earn nothing", f"{_RUN} --optimizer {{name}}"),
    Kind.LAYER: _About("a reminder in front of what a layer reads", ""),
    Kind.CONTAINER: _About("layers that stand in for each other", ""),
    Kind.LOSS: _About("the share of words in common", f"{_RUN.rpartition(' ')[0]} {{name}}"),
    Kind.SEARCH: _About("one choice after the other", f"{_SEARCH} --search {{name}}", "search strategy"),
    Kind.ADAPTER: _About("bots as networks", "llmdl show my_bots.py:bot", target="adapt"),
    Kind.MODEL: _About("models that answer in capitals", f"{_RUN} --teacher {{name}}:large", "model provider"),
    Kind.EXECUTOR: _About("so many rows at once", f"{_RUN} --executor {{name}}:2"),
    Kind.RECIPE: _About("a node that may be reminded", f"{_RUN} --recipe {{name}} --node NODE", target="recipe"),
    Kind.LOGGER: _About("a line for each verdict", f"{_RUN} --logger {{name}}"),
    Kind.COMMAND: _About("how a run ended, in one line", "llmdl {name} runs/first", target="command"),
}


def new(given: str, kind: Kind, into: Path) -> Path:
    """Write the package; its folder.

    Raises:
        MisuseError: the name can't be one or is taken, or the folder exists.
    """
    name = given.removeprefix("llmdl-")
    folder = into / f"llmdl-{name}"
    _refuse(name, given, kind, folder)
    for path, text in _files(name, kind):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def _refuse(name: str, given: str, kind: Kind, folder: Path) -> None:
    if not _NAME.fullmatch(name) or len(name) > _MOST:
        raise MisuseError(
            f"{given!r} can't be the name of a plugin: write lower-case letters, digits and single hyphens, for "
            "example careful-search."
        )
    if folder.exists():
        raise MisuseError(f"{folder} is there already: choose another name, or another place (--into).")
    if find_spec(_module(name)) is not None:
        raise MisuseError(f"There is a package {_module(name)!r} already: choose another name.")
    if (offer := catalogue(_kinds(kind)).get(name)) is not None:
        raise MisuseError(f"The plugin {offer.plugin.label} offers the {kind} {name!r} already: choose another name.")


def _files(name: str, kind: Kind) -> Iterator[tuple[str, str]]:
    """Path in the package → what is in it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("llmdl_plugins.cli"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    about, package = _ABOUT[kind], _module(name)
    told = {
        "name": name,
        "package": package,
        "distribution": f"llmdl-{name}",
        "version": version("llmdl-plugins"),
        "kind": str(kind),
        "kinds": _kinds(kind),
        "words": about.words or str(kind),
        "article": "an" if kind[0] in "aeo" else "a",
        "summary": about.summary,
        "usage": about.usage.format(name=name),
        "target": _target(about, name),
        "offered": "named" if kind == Kind.MODEL else _target(about, name),  # a provider is a function
    }
    for template, path in {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "__init__.py": f"{package}/__init__.py",
        "plugin.py": f"{package}/plugin.py",
        f"code/{kind}.py": f"{package}/{kind}.py",
        f"tests/{kind}.py": f"tests/test_{package}.py",
    }.items():
        yield path, made.get_template(f"{template}.jinja").render(told).rstrip() + "\n"


def _target(about: _About, name: str) -> str:
    """What the code is called: a class after the plugin, or a function."""
    return about.target or "".join(map(str.capitalize, name.split("-")))


def _module(name: str) -> str:
    return f"llmdl_{name.replace('-', '_')}"


def _kinds(kind: Kind) -> str:
    return next(kinds for kinds in KINDS if one(kinds) == kind)
