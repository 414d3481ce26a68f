"""DSPy's teleprompters as optimizers for any network: one file a part of the way there and back."""
