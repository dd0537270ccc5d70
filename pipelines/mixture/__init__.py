"""Several builds as one data set, and what data sets have in common."""
