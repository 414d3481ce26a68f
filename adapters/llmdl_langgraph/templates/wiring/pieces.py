"""A long text in pieces of at most so many tokens, at four characters each."""

import re


def pieces(text, size):
    """Cut between paragraphs, else sentences, else words."""
    found = []
    for part in parts(text, size, (r"\n\s*\n", r"(?<=[.!?])\s+", r"\s+")):
        joined = f"{found[-1]}{part}" if found else part
        if found and tokens(joined.strip()) <= size:
            found[-1] = joined
        else:
            found.append(part)
    return [piece for part in found if (piece := part.strip())]


def parts(text, size, breaks):
    """Parts with the white space after them, each within the size where there is a break that makes it so."""
    if tokens(text.strip()) <= size or not breaks:
        yield text
        return
    at = 0
    for found in re.finditer(breaks[0], text):
        yield from parts(text[at : found.end()], size, breaks[1:])
        at = found.end()
    yield from parts(text[at:], size, breaks[1:])


def tokens(text):
    """About how many."""
    return -(-len(text) // 4)
