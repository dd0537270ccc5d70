"""The commands, by what they are about. Heavy modules are imported inside them: help and checks answer at once."""
