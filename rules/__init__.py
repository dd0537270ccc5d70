"""What stages, checks, scores and exports share about questions: times, letters, kinds of lanes, families, solving.

This room imports schemas only.
"""
