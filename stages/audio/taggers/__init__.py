"""Sound taggers: one file each."""
