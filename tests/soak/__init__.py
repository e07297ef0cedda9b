"""Long attacks on the real program, with short forms in the suite: `make soak` runs all of them."""
