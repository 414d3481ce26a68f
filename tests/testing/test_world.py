"""The simulated worlds: what is measured by sampling is what `true_score` says."""

from __future__ import annotations

import pytest

from llmdl_plugins.testing import Simulator
from llmdl_plugins.testing.skills import FORMAT, TRAP

SPARE = "Go."


def say(simulator: Simulator, question: str, prompt: str = SPARE, **settings: object) -> str:
    messages = [{"role": "system", "content": prompt}, {"role": "user", "content": question}]
    return simulator.complete({"messages": messages, **settings}).texts[0]


def pass_through(simulator: Simulator, question: str, prompts: list[str]) -> str:
    for prompt in prompts:
        question = say(simulator, question, prompt)
    return question


def share_right(simulator: Simulator, prompts: list[str], size: int = 4000) -> float:
    rows = simulator.dataset("big", size)
    right = [pass_through(simulator, row["inputs"]["question"], prompts) == row["expected"] for row in rows]
    return right.count(True) / size


def half_of_the_rules(simulator: Simulator) -> str:
    return " ".join(simulator.world.rule(kind) for kind in range(0, simulator.settings.rules, 2))


PROMPTS = {
    "rule": [["Go."], ["Go. RULES"]],
    "trap": [["Go. RULES"], [f"RULES {TRAP}"], [TRAP]],
    "coupled": [["a", "b"], [FORMAT, "b"], ["a", FORMAT], [FORMAT, FORMAT]],
    "null": [["Go."], ["RULES"]],
}


@pytest.mark.parametrize(("skill", "prompts"), [(skill, p) for skill, cases in PROMPTS.items() for p in cases])
def test_sampled_accuracy_is_the_true_score(skill: str, prompts: list[str]) -> None:
    simulator = Simulator(skill=skill, seed=1)
    filled = [prompt.replace("RULES", half_of_the_rules(simulator)) for prompt in prompts]
    assert share_right(simulator, filled) == pytest.approx(simulator.true_score(filled), abs=0.03)


def test_the_true_scores_are_those_of_the_worlds() -> None:
    rule, trap, coupled = (Simulator(skill=skill) for skill in ("rule", "trap", "coupled"))
    assert rule.true_score(["Go."]) == pytest.approx(0.10)
    assert rule.true_score(["Go."], demos={0, 1}) == pytest.approx((2 * 0.60 + 6 * 0.10) / 8)
    assert rule.true_score([" ".join(map(rule.world.rule, range(8)))]) == pytest.approx(0.95)
    assert trap.true_score([TRAP]) == pytest.approx((3 * 0.95 + 5 * 0.10 * 0.2) / 8)
    scores = [coupled.true_score(prompts) for prompts in ([FORMAT, FORMAT], ["a", "b"], [FORMAT, "b"], ["a", FORMAT])]
    assert scores == pytest.approx([0.95, 0.5, 0.15, 0.15])


def test_the_extractor_passes_the_ticket_on_in_its_format() -> None:
    simulator = Simulator(skill="coupled")
    assert say(simulator, "Ticket T5 kind=k1 n=9", FORMAT) == "FMT=ZX7 Ticket T5 kind=k1 n=9"
    assert say(simulator, "Ticket T5 kind=k1 n=9") == "FMT=TXT Ticket T5 kind=k1 n=9"


@pytest.mark.parametrize("said", ["{gold}", "[[ ## answer ## ]]\n{gold}\n\n[[ ## completed ## ]]"])
def test_a_worked_example_helps_its_own_kind(said: str) -> None:
    simulator = Simulator(seed=1)
    shown = simulator.world.items("shown", 8)[0]
    example = [
        {"role": "user", "content": shown.text},
        {"role": "assistant", "content": said.format(gold=shown.gold)},
    ]

    def share(same_kind: bool) -> float:
        items = [item for item in simulator.world.items("asked", 4000) if (item.kind == shown.kind) == same_kind][:500]
        asked = [{"messages": [*example, {"role": "user", "content": item.text}]} for item in items]
        right = [simulator.complete(ask).texts[0] == item.gold for ask, item in zip(asked, items, strict=True)]
        return sum(right) / len(right)

    assert share(same_kind=True) == pytest.approx(0.60, abs=0.08)
    assert share(same_kind=False) == pytest.approx(0.10, abs=0.05)


def test_a_wrong_example_does_not_help() -> None:
    simulator = Simulator(seed=1)
    item = simulator.world.items("shown", 8)[0]
    wrong = str((int(item.gold) + 1) % 97)
    messages = [("user", item.text), ("assistant", wrong), ("user", item.text)]
    with simulator.probe() as accuracies:
        simulator.complete({"messages": [{"role": role, "content": text} for role, text in messages]})
    assert accuracies == [0.10]


def test_the_critic_names_the_rule_with_probability_p() -> None:
    simulator, n = Simulator(seed=1, p=0.7), 600
    asked = "Give feedback on the prompt 'Answer.' for Ticket T{} kind=k{} n=4: it failed."
    named = [simulator.world.rule(i % 8) in say(simulator, asked.format(i, i % 8)) for i in range(n)]
    assert sum(named) / n == pytest.approx(0.7, abs=0.06)
    assert simulator.stats()["role"] == {"critic": n}


def test_the_critic_is_tempted_for_the_kinds_of_cluster_a_only() -> None:
    simulator, n = Simulator(skill="trap", seed=1, p=1.0, trap_p=0.5), 400

    def tempted(kind: int) -> float:
        asked = f"Give feedback on the prompt for Ticket T{{}} kind=k{kind} n=4: it failed."
        return sum(TRAP in say(simulator, asked.format(i)) for i in range(n)) / n

    assert tempted(7) == pytest.approx(0.5, abs=0.08)
    assert tempted(0) == 0


def test_no_teacher_names_more_than_its_insight() -> None:
    simulator = Simulator(seed=1, p=1.0, insight=3, forget=0.0)
    tickets = "\n".join(row["inputs"]["question"] for row in simulator.dataset("train", 8))
    assert say(simulator, f"Give feedback on the prompt.\n{tickets}").count("For kind") == 3
    assert say(simulator, f"Write an improved prompt.\n{tickets}").count("For kind") == 3


def test_the_proposer_keeps_what_it_was_shown_and_forgets_a_little() -> None:
    simulator, n = Simulator(seed=1, forget=0.05, blind=0.0), 800
    rule = simulator.world.rule(3)
    asked = f"Write an improved prompt. Current prompt: {rule} Feedback: none."
    kept = [rule in say(simulator, asked) for _ in range(n)]
    assert sum(kept) / n == pytest.approx(0.95, abs=0.03)


def test_the_proposer_guesses_blindly_with_probability_blind() -> None:
    simulator, n = Simulator(seed=1, blind=0.2), 800
    guessed = ["For kind" in say(simulator, "Write a better prompt.") for _ in range(n)]
    assert sum(guessed) / n == pytest.approx(0.2, abs=0.05)


def test_splits_are_balanced_and_disjoint_and_repeatable() -> None:
    simulator = Simulator(seed=4)
    rows = {split: simulator.dataset(split, 80) for split in ("train", "val", "test")}
    assert len({row["id"] for split in rows.values() for row in split}) == 240
    kinds = [row["inputs"]["question"].split()[2] for row in rows["train"]]
    assert {kinds.count(f"kind=k{kind}") for kind in range(8)} == {10}
    assert rows == {split: Simulator(seed=4).dataset(split, 80) for split in rows}
    assert rows["train"] != Simulator(seed=5).dataset("train", 80)


def test_a_row_is_plain() -> None:
    row = Simulator().dataset("train", 1)[0]
    number = row["inputs"]["question"].split()[1]
    assert row == {"inputs": {"question": row["inputs"]["question"]}, "expected": row["expected"], "id": number}
    assert isinstance(row["expected"], str) and row["expected"].isdigit()
