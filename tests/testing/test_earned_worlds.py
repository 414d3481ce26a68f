"""The worlds in which learning must be earned: their truth is exact, adding all advice fails, learning succeeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import fmean

import httpx
import pytest

from llmdl_plugins.testing import Simulator
from llmdl_plugins.testing.draws import Draw
from llmdl_plugins.testing.worlds.blame import STEPS, BlameWorld
from llmdl_plugins.testing.worlds.defective import COMPLAINTS, DEFECT
from llmdl_plugins.testing.worlds.semantic import SemanticWorld
from llmdl_plugins.testing.worlds.slices import SHORTCUTS, SlicesWorld
from llmdl_plugins.testing.worlds.wordings import claims, plainly, sentences
from llmdl_plugins.testing.worlds.yardstick import append_all, say_to, walked

EARNED = ["blame", "crowded", "slices", "drift", "defective"]
LEARNABLE = ["blame", "crowded", "slices", "defective"]


def semantic(simulator: Simulator) -> SemanticWorld:
    assert isinstance(simulator.world, SemanticWorld)
    return simulator.world


def solved(simulator: Simulator, kinds: int = 8, wording: int = 0) -> list[str]:
    """The prompts that know the rules of the first kinds, in one wording, each at the node that needs it."""
    world = semantic(simulator)
    rules = {kind: plainly(world.claim(kind), wording) for kind in range(kinds)}
    if not isinstance(world, BlameWorld):
        return ["Answer. " + " ".join(rules.values())]
    return [" ".join([f"Do {step}.", *(rules[k] for k in rules if world.owner(k) == step)]) for step in STEPS]


def right(simulator: Simulator, prompts: list[str], split: str = "test", size: int = 1500) -> float:
    """The share that a run of real calls gets right."""
    say, rows = say_to(simulator), simulator.dataset(split, size)
    return fmean(walked(simulator, prompts, row["inputs"]["question"], say)[-1][1] == row["expected"] for row in rows)


PROMPTS: dict[str, list[Callable[[Simulator], list[str]]]] = {
    "blame": [
        lambda s: list(s.start),
        lambda s: solved(s),
        lambda s: [prompt + " " + semantic(s).rule(0) for prompt in solved(s, 5)],
    ],
    "crowded": [
        lambda s: solved(s, 5),
        lambda s: [solved(s)[0] + " word" * 300],
        lambda s: [solved(s)[0] + " " + plainly(semantic(s).wrong_claim(0, Draw(1)))],
    ],
    "slices": [
        lambda s: solved(s, 4),
        lambda s: [solved(s)[0] + " " + SHORTCUTS["even"][1]],
        lambda s: [SHORTCUTS["odd"][0]],
    ],
    "defective": [lambda s: list(s.start), lambda s: [s.start[0] + solved(s)[0]], lambda s: solved(s, 6)],
}


@pytest.mark.parametrize(("skill", "prompts"), [(skill, make) for skill, all_ in PROMPTS.items() for make in all_])
def test_sampled_accuracy_is_the_true_score(skill: str, prompts: Callable[[Simulator], list[str]]) -> None:
    simulator = Simulator(skill=skill, seed=2)
    made = prompts(simulator)
    assert right(simulator, made) == pytest.approx(simulator.true_score(made), abs=0.045)


@pytest.mark.parametrize("skill", EARNED)
def test_adding_whatever_a_critic_says_ends_at_sixty_percent_or_below(skill: str) -> None:
    for seed in range(2):
        simulator = Simulator(skill=skill, seed=seed)
        _, prompts = append_all(simulator, 1200)[-1]
        assert simulator.true_score(prompts) <= 0.60


@pytest.mark.parametrize("skill", LEARNABLE)
def test_keeping_single_edits_that_help_and_dropping_those_that_do_not_ends_near_the_top(skill: str) -> None:
    simulator = Simulator(skill=skill, seed=3)
    prompts = list(simulator.start)
    for number, (node, sentence) in enumerate(advice(simulator)):
        prompts = best_of(simulator, edits(prompts, node, sentence))
        if simulator.true_score(prompts) > 0.9:
            break
        assert number < 400
    assert simulator.true_score(solved(simulator)) == pytest.approx(0.95, abs=0.03)


def advice(simulator: Simulator) -> Iterator[tuple[int, str]]:
    """What a critic says to each node in turn about tickets in turn, shown that node's own input."""
    say = say_to(simulator)
    for row in simulator.dataset("train", 400) * 9:
        for node, (prompt, (shown, gave)) in enumerate(
            zip(simulator.start, walked(simulator, simulator.start, row["inputs"]["question"], say), strict=True)
        ):
            said = say("", f"Give feedback on the prompt:\n{prompt}\nIt was shown: {shown}\nIt gave: {gave}")
            yield from ((node, sentence.text) for sentence in sentences(said, semantic(simulator).phrases))


def edits(prompts: list[str], node: int, said: str) -> list[list[str]]:
    """The prompts as they are, with the advice, and without any one of their sentences."""
    lines = prompts[node].split("\n")
    fewer = ["\n".join([*lines[:i], *lines[i + 1 :]]) for i in range(len(lines))]
    unspoilt = [prompts[node].replace(f" {wrong}", "") for wrong in DEFECT]
    changed = [f"{prompts[node]}\n{said}", *fewer, *unspoilt]
    return [prompts, *([*prompts[:node], text, *prompts[node + 1 :]] for text in changed)]


def best_of(simulator: Simulator, tried: list[list[str]]) -> list[str]:
    return max(tried, key=simulator.true_score)


@pytest.mark.parametrize("skill", LEARNABLE)
def test_a_rule_counts_in_any_wording(skill: str) -> None:
    simulator = Simulator(skill=skill, seed=1)
    assert all(simulator.true_score(solved(simulator, wording=n)) > 0.9 for n in range(5))


def test_a_critic_words_a_rule_anew_each_time() -> None:
    simulator = Simulator(skill="defective", seed=1, p=1.0)
    said = [criticism(simulator, f"Ticket T{n} kind=k3 n=4") for n in range(40)]
    assert {claims(text) for text in said} == {frozenset({semantic(simulator).claim(3)})}
    assert len({text for text in said if not any(c in text for c in COMPLAINTS)}) == 5


def criticism(simulator: Simulator, shown: str, prompt: str = "Answer.", more: str = "") -> str:
    ask = f"Give feedback on the prompt:\n{prompt}\nIt was shown: {shown}\nIt gave: 12\n{more}"
    return say_to(simulator)("", ask)


def test_only_the_step_that_lacks_the_rule_is_told_it() -> None:
    simulator = Simulator(skill="blame", seed=1, p=1.0)
    world = semantic(simulator)
    assert isinstance(world, BlameWorld)
    for step in STEPS:
        said = [criticism(simulator, f"At step {step}: Ticket T{n} kind=k3 n=4", more="Or NONE.") for n in range(60)]
        told = [world.claim(3) in claims(text) for text in said]
        assert all(told) if step == world.owner(3) else not any(told)
        if step != world.owner(3):
            assert 0.4 < said.count("NONE") / 60 < 0.8


def test_a_critic_that_is_shown_several_steps_at_once_can_not_tell() -> None:
    simulator = Simulator(skill="blame", seed=1, p=1.0)
    both = "At step read: Ticket T{n} kind=k3 n=4\nAt step reply: Ticket T{n} kind=k3 n=4 read=7"
    said = [criticism(simulator, both.format(n=n)) for n in range(60)]
    assert not any(semantic(simulator).claim(3) in claims(text) for text in said)
    assert any(claims(text) for text in said)


def test_a_wrong_number_at_one_step_makes_the_next_wrong() -> None:
    simulator = Simulator(skill="blame", seed=1)
    prompts = solved(simulator)
    steps = walked(simulator, prompts, "Ticket T5 kind=k1 n=9", say_to(simulator))
    shown = steps[-1][0]
    spoilt = shown.replace("read=", "read=9")
    with simulator.probe() as accuracies:
        say_to(simulator)(prompts[-1], shown)
        say_to(simulator)(prompts[-1], spoilt)
    assert accuracies[1] == 0.0 < accuracies[0]


def test_a_third_of_the_advice_is_wrong_where_it_is_crowded() -> None:
    simulator = Simulator(skill="crowded", seed=1, p=1.0)
    right_claims = {semantic(simulator).claim(kind) for kind in range(8)}
    said = [claims(criticism(simulator, f"Ticket T{n} kind=k{n % 8} n=4")) for n in range(600)]
    assert fmean(not found <= right_claims for found in said) == pytest.approx(0.34, abs=0.06)


def test_a_proposer_takes_one_of_two_rules_that_contradict_each_other() -> None:
    simulator = Simulator(skill="crowded", seed=1, forget=0.0, blind=0.0)
    world = semantic(simulator)
    rules = [plainly(world.claim(2), 1), plainly(world.wrong_claim(2, Draw(0)), 3), plainly(world.claim(5))]
    texts = [say_to(simulator)("", f"Write an improved prompt. {n}\n" + "\n".join(rules)) for n in range(40)]
    assert {len(claims(text)) for text in texts} == {2}
    assert {world.claim(2) in claims(text) for text in texts} == {True, False}


def test_a_proposer_leaves_out_what_was_tried_in_vain() -> None:
    simulator = Simulator(skill="crowded", seed=1, forget=0.0)
    world = semantic(simulator)
    ask = (
        f"Write an improved prompt. It is: {world.rule(1)}\n"
        f"This was tried and did not help:\n<<<TRIED\n{world.rule(2)}\nTRIED>>>\nFeedback: {world.rule(3)}"
    )
    assert claims(say_to(simulator)("", ask)) == {world.claim(1), world.claim(3)}


def test_rare_kinds_are_rare_in_train_and_many_in_test() -> None:
    simulator = Simulator(skill="slices", seed=1)
    world = simulator.world
    assert isinstance(world, SlicesWorld)
    for split, share in [("train", 0.05), ("val", 0.05), ("test", 0.30), ("test-2", 0.30)]:
        groups = [row["group"] for row in simulator.dataset(split, 200)]
        assert sum(group in ("k6", "k7") for group in groups) == pytest.approx(200 * share)
    assert world.weights() == pytest.approx([0.7 / 6] * 6 + [0.15] * 2)


def test_near_duplicates_are_right_or_wrong_together() -> None:
    simulator = Simulator(skill="slices", seed=1, paired=1.0, base=0.5)
    clusters: dict[str, list[bool]] = {}
    for row in simulator.dataset("train", 300):
        question = row["inputs"]["question"]
        said = say_to(simulator)("Answer.", question)
        clusters.setdefault(question.split(" ", 2)[2], []).append(said == row["expected"])
    assert fmean(len(set(outcomes)) == 1 for outcomes in clusters.values()) == 1
    assert max(map(len, clusters.values())) >= 3


def test_shortcuts_help_train_and_ruin_the_rare_kinds() -> None:
    simulator = Simulator(skill="slices", seed=1)
    before, after = solved(simulator), [solved(simulator)[0] + " ".join(w[0] for w in SHORTCUTS.values())]
    start, short = ["Answer."], [" ".join(w[2] for w in SHORTCUTS.values())]
    assert right(simulator, short, "train") > right(simulator, start, "train") + 0.4
    assert simulator.true_score(after) < 0.6 < simulator.true_score(before)


def test_later_calls_go_better_where_it_drifts_and_no_prompt_does() -> None:
    simulator = Simulator(skill="drift", seed=1)
    early = right(simulator, ["Answer."], "early", 200)
    right(simulator, ["Answer."], "between", 1000)
    late = right(simulator, ["Answer."], "late", 300)
    assert late > early + 0.2
    assert simulator.true_score(["Answer."]) == simulator.true_score(["Anything else."]) == 0.5


def test_the_wrong_instruction_goes_when_a_critic_says_so() -> None:
    simulator = Simulator(skill="defective", seed=1, forget=0.0, sees=1.0, p=1.0)
    prompt = simulator.start[0]
    said = criticism(simulator, "Ticket T5 kind=k1 n=9", prompt)
    assert any(complaint in said for complaint in COMPLAINTS)
    ask = f"Write an improved prompt. It is: {prompt}\nFeedback: "
    kept, gone = say_to(simulator)("", ask + "none"), say_to(simulator)("", ask + said)
    assert any(wrong in kept for wrong in DEFECT) and not any(wrong in gone for wrong in DEFECT)


@pytest.mark.parametrize("skill", EARNED)
def test_a_world_is_the_same_under_its_seed(skill: str) -> None:
    def told(seed: int) -> object:
        simulator = Simulator(skill=skill, seed=seed)
        return simulator.dataset("train", 20), append_all(simulator, 120)

    assert told(4) == told(4) != told(5)


def test_the_server_speaks_for_them_too(server: httpx.Client, reset: Callable[..., None]) -> None:
    for skill in EARNED:
        reset(skill=skill, seed=6)
        here = Simulator(skill=skill, seed=6)
        message = {"role": "user", "content": f"At step join: {here.dataset('train', 1)[0]['inputs']['question']}"}
        body = {"model": "mock", "messages": [message]}
        said = server.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["content"]
        assert said == here.complete(body).texts[0]
