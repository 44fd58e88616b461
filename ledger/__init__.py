"""The collectible ledger: transactions, the convention's tenets as rules, state root, receipts, proofs."""
