"""The data set's card."""
