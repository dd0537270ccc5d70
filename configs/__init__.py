"""Recipes: one YAML a published system."""
