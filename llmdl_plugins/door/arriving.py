"""Methods of a module that may not be imported yet: replaced now or on its import, and put back at the end."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, NamedTuple

from llmdl_plugins.door.classes import Replaced, holders, unbound


class Method(NamedTuple):
    """One method to replace, or one function of a module, or a module that it has imported.

    Args:
        owner: the class, or the module.
        name: its name there.
        make: gives the new one, from the method that was there.
    """

    owner: type | ModuleType
    name: str
    make: Callable[[Callable[..., Any]], Callable[..., Any]]


Methods = Callable[[ModuleType], Sequence[Method]]


@contextmanager
def replacing(name: str, methods: Methods) -> Iterator[None]:
    """The methods of a module are replaced inside, from the first import of the module on.

    Args:
        name: the module; it is never imported here.
        methods: what to replace in it.
    """
    with ExitStack() as undone:
        replaced = Replaced()
        undone.callback(replaced.back)

        def arrived(module: ModuleType) -> None:
            for owner, method, make in methods(module):
                for kind in [*holders(owner, method)] if isinstance(owner, type) else [owner]:
                    replaced.put(kind, method, _ours(kind.__dict__[method], make))

        if name in sys.modules:
            arrived(sys.modules[name])
        else:
            finder = _Finder(name, arrived)
            sys.meta_path.insert(0, finder)
            undone.callback(sys.meta_path.remove, finder)
        yield


def _ours(there: Any, make: Callable[[Any], Any]) -> Any:
    """What takes the place of a function, with its name and signature, or of a module that another has imported."""
    if isinstance(there, ModuleType):
        return make(there)
    original = unbound(there)
    return functools.wraps(original)(make(original))


class _Finder(MetaPathFinder):
    """Finds one module as ever, and tells when it has been loaded."""

    def __init__(self, name: str, arrived: Callable[[ModuleType], None]) -> None:
        self._name, self._arrived = name, arrived

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == self._name else None
        if spec and spec.loader:
            spec.loader = _Loader(spec.loader, self._arrived)
        return spec


class _Loader(Loader):
    """Loads a module with its own loader."""

    def __init__(self, own: Loader, arrived: Callable[[ModuleType], None]) -> None:
        self._own, self._arrived = own, arrived

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__:
            module.__spec__.loader = module.__loader__ = self._own  # the module knows nothing of us
        self._own.exec_module(module)
        try:
            self._arrived(module)
        except Exception as error:
            warnings.warn(f"Calls through {module.__name__} are not met: {error!r}.", stacklevel=2)
