"""Ray: the workers of a run, placed on a cluster."""
