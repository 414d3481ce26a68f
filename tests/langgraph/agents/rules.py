"""What climbers keep to."""

RULES = {"left": "Stay on the left side of the slope.", "right": "Never step on snow that is new."}
