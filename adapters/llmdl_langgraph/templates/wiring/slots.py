"""Texts with places to fill."""

import re


def filled(text, **values):
    """A text with its slots filled; a doubled slot is the word in braces."""
    slot = re.compile(r"\{\{(%s)\}\}|\{(%s)\}" % (("|".join(values),) * 2))
    return slot.sub(lambda found: f"{{{found[1]}}}" if found[1] else values[found[2]], text)
