"""The report: a run folder as one HTML page, and the same in words."""
