"""The door of a run: what passes it is bound, paid once, recorded and given again."""
