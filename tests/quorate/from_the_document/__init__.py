"""A second verifier, written from docs/CERTIFICATE.md alone, by somebody who had not seen the first.

It is plain Python: the standard library, `msgpack`, and libsodium's Ed25519 through `nacl.bindings`. It imports nothing
of Quorate, and `tests/quorate/test_from_the_document.py` holds it to that. Where it had to guess, the document was
mended until nothing was left to guess; so what it shows is that the document suffices.

    python -m tests.quorate.from_the_document FILE CHARTER [CONTENT]
"""
