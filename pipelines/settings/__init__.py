"""Configs: reading and checking them, with every mistake reported."""
