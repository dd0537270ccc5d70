"""The plugin has no tasks; lmms-eval looks for the folder all the same."""
