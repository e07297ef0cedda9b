"""The settings: their definitions, reader and saver, and the table of commands and keys."""
