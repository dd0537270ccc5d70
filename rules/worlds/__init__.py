"""Small worlds of which every state is known: their states and moves, and questions that a replay answers."""
