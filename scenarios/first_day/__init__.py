"""A consortium's first day: works are registered, series sold in a rush, a member fails, and the chain stands."""
