"""The texts of an INI file, as `configparser` reads them, where each stands, and how to write another one there."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator

from llmdl_langgraph.reading.keyed import Keyed

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SECTION = re.compile(r"\[(.+)\]")
_OPTION = re.compile(r"(?P<name>.*?)\s*[=:][ \t]*")
_MARGIN = re.compile(r"\n([ \t]+)")
_MARGIN_OF_NEW = "    "


def of_ini(text: str, interpolated: bool) -> Iterator[Keyed]:
    """The texts of a file in the order in which they stand.

    Args:
        text: the file.
        interpolated: whether `%%` is one `%` and `%(name)s` another value, as for `ConfigParser()`.

    Raises:
        ValueError: it is no INI file.
    """
    read = configparser.ConfigParser()
    try:
        read.read_string(text)
        for section, option, start, end in _spans(text):
            if read.get(section, option, raw=True) == _value(text[start:end]):
                value = read.get(section, option, raw=not interpolated)
                yield Keyed((section, option), value, start, end, "")
    except configparser.Error as error:
        raise ValueError(str(error)) from error


def in_ini(old: str, new: str) -> Iterator[str]:
    """How to write a text in INI: its further lines as far in as those of the old one."""
    margin = _MARGIN.search(old)
    yield new.replace("\n", "\n" + (margin[1] if margin else _MARGIN_OF_NEW))


def _spans(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Section, option, and where its value begins and ends, further lines included."""
    section, option, start, end, margin, at = "", "", 0, 0, 0, 0
    for line in _LINE.findall(text):
        said = line.strip()
        indent = len(line) - len(line.lstrip())
        is_silent = not said or said[0] in "#;"
        if option and not is_silent and indent > margin:
            end = at + len(line.rstrip())
        elif not is_silent:
            if option:
                yield section, option, start, end
            option, margin = "", indent
            if named := _SECTION.match(said):
                section = named[1]
            elif found := _OPTION.match(line):
                option, start, end = found["name"].strip().lower(), at + found.end(), at + len(line.rstrip())
        at += len(line)
    if option:
        yield section, option, start, end


def _value(written: str) -> str:
    """What lines say without their margin; a comment between them makes another text of it."""
    return "\n".join(line.strip() for line in written.split("\n"))
