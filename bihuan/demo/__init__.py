"""One month of the loop, played through the public APIs by each kind of caller with its own credentials."""
