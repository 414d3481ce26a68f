"""What the agent can do: look into the archive of stories that a desk has taken."""

import json
import re
from functools import cache
from pathlib import Path

ARCHIVE = Path("archive.jsonl")


def search_archive(words: str) -> str:
    """Find the five printed stories that have most words in common with these, each with the desk that took it."""
    wanted = _words(words)
    nearest = sorted(_stories(), key=lambda story: -len(wanted & story[2]) / (1 + len(story[2]) ** 0.5))
    return "\n".join(f"{desk}: {text}" for desk, text, _ in nearest[:5])


@cache
def _stories() -> list[tuple[str, str, set[str]]]:
    rows = map(json.loads, ARCHIVE.read_text(encoding="utf-8").splitlines())
    return [(row["desk"], row["text"], _words(row["text"])) for row in rows]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


TOOLS = [search_archive]
