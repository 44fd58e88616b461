"""Bytes and buses: what carries members' bundles and batches, and what can go wrong with it."""
