"""DSPy programs with something missing."""

import dspy

empty = dspy.Module()
speechless = dspy.Predict("messages -> desk")
