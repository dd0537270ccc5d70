"""How right predictions are: small functions of what was predicted and what is true. Imports schemas only.

Nothing leaves the denominator: an empty, unreadable or missing reply is wrong, and counted as what it is.
"""
