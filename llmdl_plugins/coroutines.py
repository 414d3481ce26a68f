"""Methods that a run waits for: a class that writes one without `async` is told so where it is written."""

from __future__ import annotations

import inspect

from llmdl_plugins.errors import PluginError


def waited_for(cls: type, method: str) -> None:
    """Look at a class that is made.

    Raises:
        PluginError: its method is no coroutine.
    """
    written = vars(cls).get(method)
    if inspect.isfunction(written) and not inspect.iscoroutinefunction(inspect.unwrap(written)):
        raise PluginError(f"`{cls.__name__}.{method}` is no coroutine: write `async def {method}(…)`.")
