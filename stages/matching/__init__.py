"""Stages that ask an embedder: what texts and pictures have in common."""
