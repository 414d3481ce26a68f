"""The pieces of a long text that are nearest to a question, and what they say to it."""

import asyncio
import re

import bm25s

from .chunks import chunks
from .prompt import said, told
from .texts import rendered


def attention(model, source, pieces, target, k, width, keys, query, key, value):
    """What the k pieces say whose keys share words with the question, or with a query made of it."""

    async def run(state):
        parts = chunks(state[pieces], width)
        question = rendered(state[source])
        written, asked = await asyncio.gather(keys_of(parts), said(model, query, question))
        read = [parts[at] for at in sorted(nearest(written, f"{question}\n{asked}", k)) or range(min(k, len(parts)))]
        return {target: await said(model, value, told({source: question, "pieces": read}, (source, "pieces")))}

    async def keys_of(parts):
        return await asyncio.gather(*(said(model, key, part) for part in parts)) if keys == "prompt" else parts

    return run


def nearest(texts, text, k):
    """The places of at most k texts that share a word with this one, by BM25; of equals the first."""
    split = [words(one) for one in texts]
    if not words(text) or not any(split):
        return []
    bm25 = bm25s.BM25()
    bm25.index(split, show_progress=False)
    scores = bm25.get_scores(words(text))
    return [int(at) for at in (-scores).argsort(kind="stable")[:k] if scores[at] > 0]


def words(text):
    """Lower-case words."""
    return re.findall(r"\w+", text.lower())
