"""Uploading a finished build to the Hugging Face Hub or to a bucket."""
