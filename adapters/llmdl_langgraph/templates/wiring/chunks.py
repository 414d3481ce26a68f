"""What is too long for one call, as chunks that are read one by one."""

import re

from .pieces import pieces, tokens
from .prompt import told
from .texts import is_conversation, rendered


def chunks(value, width):
    """A text cut into pieces of at most so many tokens; of a list each entry, of a conversation each turn."""
    if isinstance(value, list | tuple):
        return [rendered([one] if is_conversation([one]) else one) for one in value]
    return pieces(rendered(value), width)


def told_beside(state, keys, more):
    """These keys of the state, then more; what is empty is left out."""
    known = {**{key: state[key] for key in keys}, **{name: value for name, value in more.items() if value}}
    return told(known, list(known))


def held(text, bound):
    """As many whole words of a text as the bound holds."""
    text = text.strip()
    if tokens(text) <= bound:
        return text
    ends = [0, *(found.end() for found in re.finditer(r"\S+", text))]
    return text[: max(end for end in ends if tokens(text[:end]) <= bound)]
