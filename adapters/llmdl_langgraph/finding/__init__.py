"""Which texts are prompts of which node: what a node reaches and uses, and what runs of it sent."""
