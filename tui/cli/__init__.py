"""The command line. Nothing here imports Textual, and little is imported before the KDF runs."""
