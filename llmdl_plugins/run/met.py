"""Keys that were met or are kept: sixteen bytes each, so that a hundred thousand of them take little memory."""

from __future__ import annotations

from collections.abc import Iterable


class Met:
    """A set of hashes.

    >>> met = Met()
    >>> met.add("0a1b")
    >>> "0a1b" in met, "a name" in met
    (True, False)
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._keys = {_short(key) for key in keys}

    def add(self, key: str) -> None:
        """From now on it was met."""
        self._keys.add(_short(key))

    def __contains__(self, key: str) -> bool:
        return _short(key) in self._keys


def _short(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        return key.encode()
