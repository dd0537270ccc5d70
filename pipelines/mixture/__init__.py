"""Several builds as one data set; what data sets share."""
