"""The command line. Never imports Textual, and imports little before the KDF runs."""
