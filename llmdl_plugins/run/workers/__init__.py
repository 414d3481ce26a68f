"""Worker processes: they run the application and ask the process that owns the ledger for every call."""
