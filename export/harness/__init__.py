"""What lets evaluation harnesses of others run a benchmark: its rows, and a copy of the code that judges replies."""
