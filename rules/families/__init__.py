"""Families of questions that follow from labels by rule. One family, one file."""
