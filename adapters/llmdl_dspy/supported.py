"""Which DSPy this package works with: it relies on more of it than its documented names."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from llmdl_plugins.errors import MisuseError

MINOR = (3, 4)


def check() -> None:
    """Look at the version that is installed, before anything of DSPy is relied on.

    Raises:
        MisuseError: it is another one, or none.
    """
    try:
        found = version("dspy")
    except PackageNotFoundError:
        raise MisuseError("DSPy is not installed: pip install 'llmdl-plugins[dspy]'.") from None
    if tuple(map(int, found.split(".")[:2])) != MINOR:
        raise MisuseError(
            f"DSPy {found} is installed, and DSPy programs are trained with 3.4: pip install 'llmdl-plugins[dspy]'."
        )
