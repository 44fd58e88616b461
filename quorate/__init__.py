"""The face of Quorate: the command line, and the names that people import."""

__version__ = "0.1.0"
