"""A second ledger: dictionaries and whole numbers, written from docs/LEDGER.md and not from the code.

`known.py` is all it knows, one file an area says what is refused and what is done, `model.py` has the table of them all
and executes blocks. `drawing.py` asks for things at random, `play.py` gives them to both ledgers and compares. Run by
tests/ledger/test_naive_model.py; longer by `python -m tests.ledger.naive --seeds 0..2000`.
"""
