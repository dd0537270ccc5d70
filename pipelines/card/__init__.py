"""The card of a data set."""
