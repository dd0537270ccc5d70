"""The stage that keeps what meets conditions, and its parts."""
