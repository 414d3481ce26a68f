"""What can be set in a simulated world: its truth, its teachers, its speed and its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from llmdl_plugins.errors import MisuseError, UnknownNameError, did_you_mean

SKILLS = ("rule", "trap", "coupled", "null", "echo", "blame", "crowded", "slices", "drift", "defective")


@dataclass(frozen=True)
class Settings:
    """Settings of a simulated model; each is also an option of the server.

    * `rule`: right with probability 1 - eps where the prompt holds the sentence of the item's kind, else `demo`
      where a worked example of that kind is in context, else `base`.
    * `trap`: rule, and a tempting sentence that fixes the kinds of cluster A and breaks the others.
    * `coupled`: an extractor and a solver; both prompts hold the format: 1 - eps; neither: 0.5; one only: 0.15.
    * `null`: right with probability 0.5 whatever the prompt says, so any gain is noise.
    * `echo`: no skill, for throughput.

    The first four are smoke tests, which a loop that adds whatever a critic says goes through as well.  In the next,
    which `testing/worlds` tells more about, such a loop ends at 0.60 or below; a rule counts in any of its wordings.

    * `blame`: six steps, each kind needs its rule at one of them, and a rule at another step hurts.
    * `crowded`: a long prompt is obeyed less, and a share `wrong` of the advice is wrong.
    * `slices`: shortcuts lift the common kinds to `shortcut`, halve what rules add, and ruin the rare ones.
    * `drift`: null, and accuracy rises with the number of calls.
    * `defective`: the starting prompt holds an instruction that must go.

    Args:
        seed: picks the world and its luck.
        skill: the name of a world, as above.
        rules: number of kinds, one sentence each.
        cluster_a: trap: share of the kinds that the tempting sentence fixes.
        eps: error rate with the right sentence.
        base: accuracy without it.
        demo: accuracy with a worked example of the same kind.
        harm: trap, slices: relative loss on the kinds that a tempting sentence breaks.
        trap_p: trap, slices: how often a teacher offers a tempting sentence for a kind that it helps.
        conflict: accuracy where the right rule and a wrong one for the same kind are both there.
        misled: accuracy where only a wrong rule is there.
        room: crowded: words of prompt for each rule, all of them together, before obedience falls.
        wrong: crowded: share of a teacher's sentences that are wrong.
        stray: blame: relative loss of a step for each rule that it doesn't need.
        lure: blame: how often a teacher offers a rule of no use, where it isn't shown the step that lacks one.
        rare: slices: share of the rare kinds in every split but test.
        rare_test: slices: their share in test.
        shortcut: slices: accuracy of the common kinds by their shortcut alone.
        defect: defective: share of all accuracy that is left while the wrong instruction stands.
        sees: defective: how often a teacher notices the wrong instruction.
        swing: drift: how far accuracy moves either way.
        paired: share of the items whose luck is fixed per item, not per prompt.
        p: probability that a teacher names a sentence that is missing.
        insight: most missing sentences named in one teacher call.
        forget: probability that a proposer drops a sentence that it was shown.
        blind: probability that a proposer guesses a sentence without evidence.
        redraw: False: the same request always gets the same answer, whatever its temperature.
        latency: fixed:SECONDS, lognormal:MEDIAN,SIGMA or token:SECONDS,SECONDS_PER_TOKEN.
        rpm: requests a minute, 0 = no limit.
        tpm: tokens a minute, 0 = no limit.
        burst: seconds' worth of quota that may be used at once.
        faults: comma-separated kind@when, as in "429@10,500@p0.02,hang@50-52".
    """

    seed: int = 0
    skill: str = "rule"
    rules: int = 8
    cluster_a: float = 0.4
    eps: float = 0.05
    base: float = 0.10
    demo: float = 0.60
    harm: float = 0.80
    trap_p: float = 0.50
    conflict: float = 0.35
    misled: float = 0.02
    room: int = 18
    wrong: float = 0.34
    stray: float = 0.08
    lure: float = 0.40
    rare: float = 0.05
    rare_test: float = 0.30
    shortcut: float = 0.60
    defect: float = 0.55
    sees: float = 0.25
    swing: float = 0.30
    paired: float = 0.50
    p: float = 0.70
    insight: int = 3
    forget: float = 0.05
    blind: float = 0.05
    redraw: bool = True
    latency: str = "fixed:0"
    rpm: float = 0.0
    tpm: float = 0.0
    burst: float = 1.0
    faults: str = ""

    def __post_init__(self) -> None:
        if self.skill not in SKILLS:
            raise UnknownNameError(f"No skill {self.skill!r}.{did_you_mean(self.skill, SKILLS)}")
        if self.rules < 1:
            raise MisuseError(f"rules={self.rules}: a world needs one kind at least.")

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with some replaced; UnknownNameError where a name is none of them."""
        known = {field.name for field in fields(self)}
        for name in changes:
            if name not in known:
                raise UnknownNameError(f"No setting {name!r}.{did_you_mean(name, known)}")
        return replace(self, **changes)
