"""PBFT as a pure state machine: events in, effects out. Start with README.md in this folder."""
