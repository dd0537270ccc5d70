"""Models at a benchmark: their predictions, a judge, and scores."""
