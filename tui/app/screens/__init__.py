"""One screen a file, its looks beside it."""
