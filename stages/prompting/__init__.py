"""What every stage that asks a teacher shares: the kinds of teachers, and how material is shown to them."""
