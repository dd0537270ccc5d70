"""``vdata report``: one HTML page that shows what a build made, what it lost, and why."""
