"""The texts of a TOML file, where each stands, and ways to write another one there."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator

from llmdl_langgraph.reading.keyed import Keyed, Keys, texts_by_key

_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:\\.|[^"\\\n])*"|' + r"'[^'\n]*'|#[^\n]*", re.S
)
_MARK = "\uf8ff"  # stands in no file


def of_toml(text: str) -> Iterator[Keyed]:
    """The texts of a file in the order in which they stand.

    Raises:
        ValueError: it is no TOML.
    """
    leaves = dict(texts_by_key(tomllib.loads(text)))
    values = set(leaves.values())
    for found in _STRING.finditer(text):
        if (value := _value(found[0])) in values and (keys := _keys(text, found, leaves)) is not None:
            yield Keyed(keys, value, *found.span(), _quotes(found[0]))


def in_toml(old: str, new: str) -> Iterator[str]:
    """Ways to write a text in TOML, its present style first."""
    quotes = _quotes(old)
    first = "\n" if old.startswith(quotes + "\n") and len(quotes) == 3 else ""
    if quotes == '"""':
        yield f'"""{first}{_escaped(new)}"""'
    elif quotes[0] == "'":
        yield f"{quotes}{first}{new}{quotes}"
    yield json.dumps(new, ensure_ascii=False).replace("\x7f", "\\u007f")


def _escaped(text: str) -> str:
    written = text.replace("\\", "\\\\").replace('"""', '""\\"')
    written = written[:-1] + '\\"' if written.endswith('"') else written
    return re.sub(r"[^\n\t\x20-\x7e\x80-\U0010ffff]", lambda found: f"\\u{ord(found[0]):04x}", written)


def _quotes(written: str) -> str:
    return written[:3] if written[:3] in ('"""', "'''") else written[:1]


def _value(written: str) -> str:
    return "" if written.startswith("#") else str(tomllib.loads(f"text = {written}")["text"])


def _keys(text: str, found: re.Match[str], leaves: dict[Keys, str]) -> Keys | None:
    """Which text a string is: the one that changes with it; none where it is a key."""
    marked = f'{text[: found.start()]}"{_MARK}"{text[found.end() :]}'
    try:
        after = dict(texts_by_key(tomllib.loads(marked)))
    except ValueError:
        return None
    changed = [keys for keys in leaves if after.get(keys) == _MARK]
    return changed[0] if len(changed) == 1 and after == {**leaves, changed[0]: _MARK} else None
