"""An address is read once: for each call httpx takes the same one apart three times."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType

from llmdl_plugins.door.arriving import Method

_READS = "urlparse"


def methods(module: ModuleType) -> list[Method]:
    """What to replace in the module of addresses."""
    return [Method(module, _READS, lru_cache(256))] if hasattr(module, _READS) else []
