"""Optuna: its samplers propose architectures, by ask and tell; the ledger remembers, so its storages are not used."""
