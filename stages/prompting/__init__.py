"""What every stage that asks a teacher shares: which frames are shown, and how material is quoted."""
