"""Finding out what is made up."""
