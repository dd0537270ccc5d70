"""Samples in the layouts that trainers read: one file a format, found by itself.

``base`` says what a format is, ``talk`` what of a sample can be a conversation, ``times`` writes times anew.
"""
