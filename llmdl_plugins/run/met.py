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
        self._keys = set[bytes]()
        for key in keys:
            self.add(key)

    def add(self, key: str) -> None:
        """From now on it was met."""
        try:
            self._keys.add(bytes.fromhex(key))
        except ValueError:
            self._keys.add(key.encode())

    def __contains__(self, key: str) -> bool:
        try:
            return bytes.fromhex(key) in self._keys
        except ValueError:
            return key.encode() in self._keys
