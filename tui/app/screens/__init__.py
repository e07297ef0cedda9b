"""One module for each screen, with its style sheet next to it."""
