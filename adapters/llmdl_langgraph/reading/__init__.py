"""The user's code and the files beside it, as places where texts stand; nothing is run and nothing is written."""
