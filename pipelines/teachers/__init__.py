"""Teachers at work: clients, cache of replies, limits, budgets."""
