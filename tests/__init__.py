"""Tests of the behavior that users rely on."""
