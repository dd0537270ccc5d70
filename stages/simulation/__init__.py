"""Stages that make videos of small worlds, and ask about them."""
