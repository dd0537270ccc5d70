"""The stage that writes down what is said in a video."""
