"""Rows of a SQLite file and of its write-ahead log, read page by page without SQLite: what a bad page hides is
skipped, nothing else is.  (Format: https://www.sqlite.org/fileformat2.html.)
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

Valid = Callable[[tuple[Any, ...]], bool]
_Find = Callable[[int], bytes | None]

_MAGIC, _LOG_MAGIC = b"SQLite format 3\x00", (0x377F0682, 0x377F0683)
_LEAF = 13
_LOG_HEADER, _FRAME_HEADER = 32, 24
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_BROKEN = (IndexError, ValueError, struct.error, OverflowError)  # what reading damaged bytes may raise


class Bytes(Protocol):
    """What is as long as a file and gives its bytes where they are asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


@dataclass(frozen=True)
class Pages:
    """Every image of every page: those of the file, and the newer ones of the log.

    Args:
        file: the database file.
        log: its write-ahead log; frames are taken whether or not what stands before them is whole.
    """

    file: Bytes
    log: Bytes = b""

    def rows(self, valid: Valid) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Number and values of each row that can be read.

        Args:
            valid: whether values may be a row; where pages are damaged, bytes may be anything.
        """
        size = self._page_size()
        frames = list(self._frames(size))
        logged = dict(frames)

        def filed(number: int) -> bytes | None:
            return self.file[(number - 1) * size : number * size] if number > 0 else None

        views = (lambda number: logged.get(number) or filed(number), filed)
        seen = set[int]()
        # The first page is that of the schema.
        for number, page in chain(((n, filed(n) or b"") for n in range(2, len(self.file) // size + 1)), frames):
            for row, start, local, whole in _cells(page, size) if number > 1 else ():
                known = hash((row, whole, local))
                if known not in seen and whole <= len(self.file) + len(self.log):
                    seen.add(known)
                    yield from _row(row, start, local, whole, size, views, valid)

    def _page_size(self) -> int:
        told = 0
        if self.file[:16] == _MAGIC:
            told = int.from_bytes(self.file[16:18], "big")
        elif len(self.log) >= _LOG_HEADER:
            told = int.from_bytes(self.log[8:12], "big")
        size = 65536 if told == 1 else told
        return size if 512 <= size <= 65536 and size & (size - 1) == 0 else 4096

    def _frames(self, size: int) -> Iterator[tuple[int, bytes]]:
        """Number and image of the pages of the log, oldest first; frames of an earlier log are in the file already."""
        whole = len(self.log) >= _LOG_HEADER and int.from_bytes(self.log[:4], "big") in _LOG_MAGIC
        salt = self.log[16:24] if whole else None
        for at in range(_LOG_HEADER, len(self.log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
            head = self.log[at : at + _FRAME_HEADER]
            if salt in (None, head[8:16]):
                yield int.from_bytes(head[:4], "big"), self.log[at + _FRAME_HEADER : at + _FRAME_HEADER + size]


def _cells(page: bytes, size: int) -> Iterator[tuple[int, int, bytes, int]]:
    """Of each cell of a table's leaf: row number, first overflow page, what the leaf holds, and length of the whole."""
    if len(page) < size or page[0] != _LEAF:
        return
    count = int.from_bytes(page[3:5], "big")
    for at in range(8, min(8 + 2 * count, size - 1), 2):
        try:
            yield _cell(page, int.from_bytes(page[at : at + 2], "big"), size)
        except _BROKEN:
            continue


def _cell(page: bytes, at: int, size: int) -> tuple[int, int, bytes, int]:
    whole, at = _varint(page, at)
    row, at = _varint(page, at)
    held = _held(whole, size)
    start = 0 if held == whole else int.from_bytes(page[at + held : at + held + 4], "big")
    return row, start, page[at : at + held], whole


def _held(whole: int, size: int) -> int:
    """How much of a row its leaf holds."""
    if whole <= size - 35:
        return whole
    least = (size - 12) * 32 // 255 - 23
    wished = least + (whole - least) % (size - 4)
    return wished if wished <= size - 35 else least


def _row(
    row: int, start: int, local: bytes, whole: int, size: int, views: Sequence[_Find], valid: Valid
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The row, from the newest pages that make sense; none where none do."""
    for find in views[: None if start else 1]:
        try:
            values = _values(_payload(start, local, whole, size, find))
        except _BROKEN:
            continue
        if valid(values):
            yield row, values
            return


def _payload(start: int, local: bytes, whole: int, size: int, find: _Find) -> bytes:
    parts, missing, page = [local], whole - len(local), start
    while missing > 0:
        if not (image := find(page)):
            raise ValueError("a page is missing")
        parts.append(image[4 : 4 + min(missing, size - 4)])
        missing, page = missing - (size - 4), int.from_bytes(image[:4], "big")
    return b"".join(parts)


def _values(payload: bytes) -> tuple[Any, ...]:
    at: int
    header, at = _varint(payload, 0)
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise ValueError("a row is longer or shorter than it says")
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (0, 8, 9):
        return (None, 0, 1)[max(0, kind - 7)], at
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack_from(">d", payload, at)[0], at + 8
    if kind < 13 or kind % 2 == 0:
        raise ValueError("a ledger holds no such value")
    end = at + (kind - 13) // 2
    return payload[at:end].decode("utf-8"), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = data[at + place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    return value << 8 | data[at + 8], at + 9
