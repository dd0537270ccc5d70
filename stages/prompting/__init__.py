"""What the stages that ask a teacher share: which frames are shown, and how material is quoted."""
