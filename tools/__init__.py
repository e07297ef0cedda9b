"""Generators of docs: the manual page, the table of formats, the list of strings."""
