"""What the boundary sends equals what the edited source would send, for every edit that passes as safe."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from llmdl_langgraph.matching.readings import Reading, readings
from llmdl_langgraph.matching.safe_edit import safe_edit_problem
from llmdl_langgraph.reading.sites import sites_in
from llmdl_plugins.slots import Part, Slot, count, render, unparse

WEAK = ["", " ", "\n\n", ": ", "\n---\n", ", ", ".", '"', "\n- "]
STRONG = [" and then also with ", "\nQuestion to you: ", ". You are an expert in ", " (see below)\n", "\nThe end."]
VALUES = ["", "x", "7.5", "a: b, c", "1\n\n2\n---\n3", '"q". - "r"', "\n", "- \n- ", "{z}", " "]
AROUND = ["", "\n", "x: ", "- 1.\n- 2. ", '"']


def template(chance: random.Random) -> list[Part]:
    names = [chance.choice("abcd") for _ in range(chance.randrange(1, 5))]
    gaps = [chance.choice(WEAK + STRONG) for _ in range(len(names) + 1)]
    gaps[chance.randrange(len(gaps))] = "You help people well with "
    parts: list[Part] = [gaps[0]]
    for name, gap in zip(names, gaps[1:], strict=True):
        parts += [Slot(name), gap]
    return [part for part in parts if part]


def changed(parts: list[Part], chance: random.Random) -> list[Part]:
    """New words for old, a slot moved now and then."""
    new = [part if isinstance(part, Slot) or chance.random() < 0.5 else chance.choice(WEAK + STRONG) for part in parts]
    if chance.random() < 0.4:
        moved = new.pop(chance.randrange(len(new)))
        new.insert(chance.randrange(len(new) + 1), moved)
    return new


def reading_of(parts: list[Part]) -> Reading | None:
    source = f"X = {unparse(parts, list('abcd'))!r}"
    (site,) = sites_in(source, Path("app.py"), "app")
    return next((r for r in readings(site) if r.syntax.name == "str.format" and r.transform.name == "no change"), None)


Draw = tuple[random.Random, list[Part], Reading, str]


def safe_edits(seed: int, is_whole: bool = False) -> Iterator[Draw]:
    """Of 6,000 drawn templates with a drawn edit those whose edit is safe: the draw, parts, reading, the new text."""
    chance = random.Random(seed)
    for _ in range(6000):
        parts = template(chance)
        reading = reading_of(parts)
        canonical = unparse(changed(parts, chance), list("abcd"))
        if reading is not None and not safe_edit_problem(reading, canonical, is_whole=is_whole):
            yield chance, parts, reading, canonical


def test_a_safe_edit_is_sent_as_the_source_would_send_it() -> None:
    safe = 0
    for chance, parts, reading, canonical in safe_edits(7):
        safe += 1
        new = reading.parse(canonical)
        values = {name: chance.choice(VALUES) for name in count(parts)}
        before, after = chance.choice(AROUND), chance.choice(AROUND)
        text = before + render(reading.parts, values) + after
        match = reading.matcher().search(text)
        assert match is not None, (parts, text)
        sent = text[: match.start] + match.rewrite(new) + text[match.end :]
        assert sent == before + render(new, values) + after, (parts, new, values, before, after)
    assert safe > 500


def test_around_a_text_that_is_all_of_a_message_new_words_may_stand_as_the_source_would_send_them() -> None:
    only_whole = 0
    for chance, parts, reading, canonical in safe_edits(8, is_whole=True):
        only_whole += safe_edit_problem(reading, canonical) is not None
        values = {name: chance.choice(VALUES) for name in count(parts)}
        text = render(reading.parts, values)
        match = reading.matcher(is_whole=True).search(text)
        assert match is not None and (match.start, match.end) == (0, len(text)), (parts, text)
        new = reading.parse(canonical)
        assert match.rewrite(new) == render(new, values), (parts, new, values)
    assert only_whole > 200
