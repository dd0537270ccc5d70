"""What is heard besides words: speech, music, noises."""
