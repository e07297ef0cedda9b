"""Entries, the five algorithms and URIs. Nothing here asks what time it is."""
