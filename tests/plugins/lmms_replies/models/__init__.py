"""The models of the plugin, as lmms-eval looks for them."""

AVAILABLE_MODELS = {"from_file": "FromFile"}
