"""A plugin for lmms-eval (``LMMS_EVAL_PLUGINS=lmms_replies``) with a model that only says what a file says."""
