"""What everything hashed, signed or sent here agrees on: one encoding, one Merkle tree, one list of domain tags."""
