"""What a transaction can ask for: one file an area, and one table of them all. Names follow ERC-721 and its kin.

Only shapes and bounds stand here; who may ask and when it is refused stands in ledger/rules. A bound that the law of
the ledger sets (the edition cap, the currency) is deliberately wider here, so that breaking it earns a refusal with its
rule rather than an unreadable message. No operation offers, prices or matches a resale: what does not exist cannot be
abused (tenet 10, R10.3), and no operation moves a quantity from one account to another (tenet 9, R9.1).
"""
