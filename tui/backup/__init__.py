"""Files between this vault and others: the formats and the vault's own copy, as one list."""
