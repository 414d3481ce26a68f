"""Search strategies: the protocol of optimizers over choice values, one file a strategy."""
