"""Drawings of small worlds: one picture for a state, or for a share of a move."""
