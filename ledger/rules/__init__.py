"""The convention's tenets as rules: one file a tenet, one pure function a rule, and one table that lists them all."""
