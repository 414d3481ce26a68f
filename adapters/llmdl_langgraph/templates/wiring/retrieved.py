"""Worked examples that are chosen anew for each input, by BM25."""

import re

import bm25s
from langchain_core.messages import convert_to_messages

from .demonstrations import shown
from .texts import last_question

NEIGHBOURS = 20


def retrieved(inner, source, pool, k, select):
    """Inner on the state with the examples in it that suit what stands at source."""
    index = Index(pool)

    async def run(state):
        return await inner(shown(state, source, choose(index, question(state[source]), k, select)))

    return run


def question(value):
    """The text that the examples are to resemble."""
    if isinstance(value, str):
        return value
    messages = convert_to_messages(value)
    return messages[last_question(messages)].text


def choose(index, text, k, select):
    """The k nearest, the nearest last; by "agreeing", only those with the answer that the neighbours support best."""
    if select == "nearest":
        return [demo for demo, _ in reversed(index.nearest(text, k))]
    near = index.nearest(text, NEIGHBOURS)
    weights = {}
    for demo, score in near:
        weights[demo["output"]] = weights.get(demo["output"], 0.0) + score * score
    best = sorted(weights, key=lambda answer: -weights[answer])[:1]
    return [demo for demo, _ in near if demo["output"] in best][:k][::-1]


class Index:
    """A BM25 index over examples."""

    def __init__(self, pool):
        self.pool = pool
        self.bm25 = bm25s.BM25()
        self.bm25.index([words(demo["input"]) for demo in pool], show_progress=False)

    def nearest(self, text, k):
        """The k nearest with their scores, nearest first; an example of this very text is left out."""
        if not words(text):
            return []
        found, scores = self.bm25.retrieve([words(text)], k=min(k + 1, len(self.pool)), show_progress=False)
        pairs = [(self.pool[i], float(s)) for i, s in zip(found[0], scores[0], strict=True)]
        return [(demo, score) for demo, score in pairs if demo["input"] != text][:k]


def words(text):
    """Lower-case words."""
    return re.findall(r"\w+", text.lower())
