"""The yardsticks: everything that a critic says is added, and rewrites that have seen nothing."""

from __future__ import annotations

from learning.lab import Lab

from llmdl_plugins.testing.worlds.yardstick import append_all

_EVERY = 4


def run_append_all(lab: Lab) -> None:
    """Nothing is screened and nothing learned."""
    for calls, prompts in append_all(lab.simulator, lab.calls)[::_EVERY]:
        lab.note(prompts, calls)


def run_random(lab: Lab) -> None:
    """Rewrites without feedback, kept where they do better on half of the val rows."""
    val = lab.rows("val")[:30]
    prompts = list(lab.start)
    first = best = sum(lab.right(prompts, row) for row in val)
    turn = 0
    while not lab.over:
        node = turn % len(prompts)
        turn += 1
        text = lab.say("", f"Write an improved prompt, number {turn}. Current prompt:\n{prompts[node]}")
        tried = [*prompts[:node], text, *prompts[node + 1 :]]
        score = sum(lab.right(tried, row) for row in val)
        if score > best:
            prompts, best = tried, score
            lab.note(prompts)
    lab.claimed = best > first
