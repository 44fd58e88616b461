"""Money-laundering detectors (R11.2): one file a pattern, each a pure function of the gifts of the last thirty days.

`view.py` says what they see, `table.py` which there are and what each weighs, `alerts.py` what becomes of what they
find. They are deterministic (sorted, integers) and bounded: every member comes to the same alerts, whose rows are part
of the state root. An alert accuses nobody; it says to a regulator where to look.
"""
