"""Import and export: backups of other apps, and copies of the vault."""
