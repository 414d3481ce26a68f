"""A line for each verdict."""

import sys


class Lines:
    """Prints what was tried, what the screen said, and how the run ended.

    Args:
        out: where lines go; stderr, if not given.
    """

    def __init__(self, out=None):
        self.out = out

    def llmdl_candidate_screened(self, event):
        said = "took" if event.accepted else "refused"
        self.print(f"{said} {event.what}: {event.before:.2f} → {event.after:.2f} ({event.reason})")

    def llmdl_run_finished(self, event):
        # Where the sealed rows were not opened there is no gain.
        gain = "" if event.gain is None else f", {100 * event.gain:+.1f} points"
        self.print(f"{event.status}{gain}")

    def print(self, line):
        """One line."""
        print(line, file=self.out or sys.stderr)
