"""The published data set: its shards, splits, counts and summary."""
