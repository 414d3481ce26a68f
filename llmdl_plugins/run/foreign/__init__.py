"""What optimizers of others need to work on a problem: they are synchronous, keep rows and scores, and propose once."""
