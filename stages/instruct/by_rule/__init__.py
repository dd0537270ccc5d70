"""Samples that follow from lanes by rule: no model is asked."""
