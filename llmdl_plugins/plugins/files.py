"""A plugin in one file, which the user names: his own code, imported as a module of the file's name."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from llmdl_plugins.errors import PluginError
from llmdl_plugins.plugins.plugin import Plugin


def in_file(path: str | Path) -> Plugin:
    """The plugin in a file.

    Raises:
        PluginError: there is no such file, or its name is that of another module.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise PluginError(f"There is no plugin file {path}.")
    if file.suffix != ".py" or not file.stem.isidentifier():
        raise PluginError(f"{path} can't be imported: a plugin file is named like a module, for example my_plugin.py.")
    return Plugin(file.stem, str(file), lambda: _imported(file))


def _imported(file: Path) -> ModuleType:
    known = sys.modules.get(file.stem)
    if known is not None and _file(known) == file:
        return known
    if known is not None or _elsewhere(file):
        raise PluginError(f"{file} would be imported as {file.stem!r}, which is another module here: rename the file.")
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[file.stem] = module  # so that a target `my_plugin:Thing` finds it
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[file.stem]
        raise
    return module


def _file(module: ModuleType) -> Path | None:
    return Path(module.__file__).resolve() if module.__file__ else None


def _elsewhere(file: Path) -> bool:
    """Whether the name is that of an installed module, which others import."""
    found = PathFinder.find_spec(file.stem)
    return found is not None and found.origin is not None and Path(found.origin).resolve() != file
