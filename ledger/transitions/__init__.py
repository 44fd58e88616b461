"""What an accepted operation does to the state: one function each, called when no rule refused.

None of them can fail. What the rules guarantee is asserted where a mistake in them would do lasting harm.
"""
