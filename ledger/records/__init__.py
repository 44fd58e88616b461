"""What the ledger knows: one record type for each kind of state entry, one file an area.

A state entry is a key `<table>/<row>` in ASCII and the canonical encoding of a record. Records are values: a change
replaces the record. None of them holds an amount that belongs to somebody (R9.1): every integer here is a time, a count
of things that happened, a bound, or a disclosed price, and `ledger/invariants.py` keeps the list.
"""
