"""The backup formats: a module or package for each app, found by `registry`."""
