"""Where a teleprompter of DSPy needs a word of ours: a seed, or runs in place of rows that inner nodes never see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import dspy
from dspy import teleprompt

from llmdl_dspy.teleprompt.metric import metric
from llmdl_dspy.teleprompt.optimizer import Lesson
from llmdl_plugins.plain import dumps

RIGHT = 1.0  # a demonstration is a run without a fault


class SeededOptuna(teleprompt.BootstrapFewShotWithOptuna):  # type: ignore[misc]
    """BootstrapFewShotWithOptuna whose study has a seed, so that it does the same twice."""

    seed = 0

    def compile(self, student: Any, *, teacher: Any = None, max_demos: int, trainset: Any, valset: Any = None) -> Any:
        """The best program; the student where no run went right."""
        import optuna

        self.trainset, self.valset, self.student = trainset, valset or trainset, student.reset_copy()
        made = teleprompt.BootstrapFewShot(
            metric=self.metric,
            metric_threshold=RIGHT,
            max_bootstrapped_demos=max_demos,
            max_labeled_demos=self.max_labeled_demos,
            max_rounds=self.max_rounds,
        )
        self.compiled_teleprompter = made.compile(self.student, teacher=teacher, trainset=trainset)
        if not all(predictor.demos for predictor in self.compiled_teleprompter.predictors()):
            return student
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=self.seed))
        study.optimize(self.objective, n_trials=self.num_candidate_sets)
        return study.best_trial.user_attrs["program"]


class InferRulesFromRuns(teleprompt.InferRules):  # type: ignore[misc]
    """InferRules that reads the worked examples of each predictor: rows have no fields of inner nodes."""

    read: Callable[[Any], tuple[list[dict[str, str]], Any]]

    def get_predictor_demos(self, trainset: Any, predictor: Any) -> Any:
        """What the rules are read off."""
        return self.read(predictor)[0]


def majority(predictions: Sequence[Any]) -> Any:
    """The first prediction whose output most of them share."""
    outputs = [dumps(prediction._outcome.rollout and prediction._outcome.rollout.output) for prediction in predictions]
    (most, _), *_ = Counter(outputs).most_common()
    return predictions[outputs.index(most)]


def score(lesson: Lesson, program: Any) -> float:
    """The mean score of a program on the validation rows."""
    test = dspy.Evaluate(
        devset=lesson.halves()["valset"], metric=metric, num_threads=lesson.threads, display_progress=False
    )
    return float(test(program).score) / 100
