"""What users rely on."""
