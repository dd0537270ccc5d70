"""Stages that must see every video at once."""
