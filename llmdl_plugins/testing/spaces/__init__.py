"""Worlds of architectures, whose truth is known: what each is worth, and what it costs, is a pure function.

| kind | what it asks of a search |
|---|---|
| `mixed` | use that choices add up, and that pairs of them fit or don't |
| `flat` | the same with a quarter of the differences: tell little from luck |
| `rugged` | hardly any structure: trust nothing but runs |
| `conditional` | half of the choices count only under options of others |
| `desk` | flat, retrieved, map-reduce and recurrent reading of a desk's facts, each best somewhere, with prices |
| `null` | nothing matters: claim nothing |

An outcome belongs to an architecture and an item for good, as in a ledger; items have difficulties of their own.
"""
