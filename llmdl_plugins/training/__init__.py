"""Training: forward, backward, step, and the sealed test that makes the only claim."""
