"""Videos whose every fact is known, rendered by ``vdata example``: the quickstart's film, and clips of one act each."""
