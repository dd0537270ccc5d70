"""A finished build, brought to the Hub or to a bucket."""
