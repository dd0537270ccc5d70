"""How a build is run: config, plan, Ray, commits, outputs."""
