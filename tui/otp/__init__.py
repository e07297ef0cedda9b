"""Entries, the five algorithms and URIs. Callers pass the time."""
