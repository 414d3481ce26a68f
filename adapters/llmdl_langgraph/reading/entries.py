"""YAML, JSON, TOML, INI and CSV files as sites, one for each text in them; and new text in their place."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path

import yaml

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.csv_tables import in_csv
from llmdl_langgraph.reading.ini_tables import in_ini
from llmdl_langgraph.reading.keyed import Keys
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.tables import Entry, read_table, readers
from llmdl_langgraph.reading.toml_tables import in_toml
from llmdl_langgraph.wording.saved import can_be_saved, kept

_GENERIC = {
    "content", "human", "instruction", "instructions", "message", "prompt", "system", "template", "text", "user",
    "value",
}  # fmt: skip
_COMMENT = re.compile(r"\s+#.*")


def entries_in(text: str, file: Path, name: str) -> list[Site]:
    """The texts of such a file; none where it can't be read."""
    seen: Counter[str] = Counter()
    sites = []
    for entry in read_table(text, file.suffix.lower()):
        if not entry.value.strip():
            continue
        label = _label(entry.keys, file.stem)
        scope = _scope(entry)
        sites.append(Site(file, name, entry.span, "entry", scope, label, "", entry.value, nth=seen[scope]))
        seen[scope] += 1
    return sites


def _label(keys: Keys, stem: str) -> str:
    """The key that holds a text; with the one above it where it says nothing by itself."""
    named = [stem, *(key for key in keys if isinstance(key, str))]
    return "_".join(named[-2:]) if named[-1].lower() in _GENERIC else named[-1]


def patched_table(content: str, edits: Mapping[Site, str]) -> str:
    """The content of such a table with new texts in place of old ones, and nothing else changed.

    Raises:
        CannotExportError: a text has changed since it was read, or can't be written at its place.
    """
    return kept(content, lambda unix: reduce(lambda text, edit: _changed(text, *edit), edits.items(), unix))


def _changed(content: str, site: Site, new: str) -> str:
    able = {read: found for read in readers(_kind(site)) if (found := read(content))}
    before = next(iter(able.values()), [])
    at = next((n for n, e in enumerate(before) if _scope(e) == site.scope and e.value == site.text), None)
    if at is None:
        raise CannotExportError(f"{site.key} has changed in {site.file} since it was read: read it again.")
    entry = before[at]
    for spelled in _spellings(_kind(site), content[entry.start : entry.end], entry, new):
        changed = content[: entry.start] + spelled + content[entry.end :]
        if can_be_saved(spelled) and all(_is_but(read(changed), found, at, new) for read, found in able.items()):
            return changed
    raise CannotExportError(f"{site.key} can't hold this text in {site.file}, line {entry.span[0]}.")


def _is_but(after: list[Entry], before: list[Entry], at: int, new: str) -> bool:
    """Whether a reader finds what it found before, with another text at one place."""
    wanted = [(entry.keys, new if n == at else entry.value) for n, entry in enumerate(before)]
    return [(entry.keys, entry.value) for entry in after] == wanted


def _kind(site: Site) -> str:
    return site.table or site.file.suffix.lower()


def _scope(entry: Entry) -> str:
    return ".".join(map(str, entry.keys))


def _spellings(kind: str, old: str, entry: Entry, new: str) -> Iterator[str]:
    """Ways to write a text in such a table."""
    if kind in _SPELLINGS:
        return _SPELLINGS[kind](old, new)
    return (_in_json if kind == ".json" else _in_yaml)(old, entry, new)


def _in_json(old: str, entry: Entry, new: str) -> Iterator[str]:
    """Ways to write a text in JSON: with escapes where the old one has them, and where nothing else can."""
    if entry.value.isascii() or not old.isascii():
        yield json.dumps(new, ensure_ascii=False)
    yield json.dumps(new)


_SPELLINGS = {".toml": in_toml, ".ini": in_ini, ".cfg": in_ini, ".csv": in_csv, ".tsv": in_csv}


def _in_yaml(old: str, entry: Entry, new: str) -> Iterator[str]:
    """Ways to write a text in YAML, its present style first."""
    quoted = yaml.safe_dump(new, default_style='"', allow_unicode=True, width=math.inf).rstrip("\n")
    if entry.style in ("|", ">"):
        yield _block(old, new, entry.margin)
        quoted += _comment(old) + _line_ends(old)
    elif not entry.style:
        yield new
    elif entry.style == "'":
        yield "'" + new.replace("'", "''") + "'"
    yield quoted


def _block(old: str, new: str, margin: int) -> str:
    """A literal block with the indentation of the old one."""
    lines = [line for line in old.split("\n")[1:] if line.strip()]
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines), default=margin + 2)
    body = new.rstrip("\n")
    blank = len(new) - len(body)
    keep = "-" if not blank else "" if blank == 1 else "+"
    begins = str(indent - margin) if body[:1] in (" ", "\n") else ""
    written = "\n".join(" " * indent + line if line else "" for line in body.split("\n"))
    after = "\n" * blank if keep == "+" else _line_ends(old)
    return f"|{begins}{keep}{_comment(old)}\n{written}{after}"


def _comment(block: str) -> str:
    found = _COMMENT.search(block.partition("\n")[0])
    return found[0] if found else ""


def _line_ends(block: str) -> str:
    return block[len(block.rstrip("\n")) :]  # those behind a block count as part of it
