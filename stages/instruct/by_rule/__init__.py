"""Stages whose samples follow from lanes by rule: no model is asked."""
