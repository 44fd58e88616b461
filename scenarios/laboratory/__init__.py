"""The laboratory: what the ledger's detectors and rules would have made of a history of transfers.

`history.py` reads one, `background.py` and `typologies.py` make one, `watch.py` shows it to the detectors, `replay.py`
gives it to the ledger under other rules, `plot.py` draws what came of that.
"""
