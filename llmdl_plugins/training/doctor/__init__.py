"""What is worth knowing before a run is paid for: one file a question."""
