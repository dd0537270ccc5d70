"""Stages that make training samples from lanes."""
