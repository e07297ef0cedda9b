"""Sends to the terminal what changed on the screen: cells, drawn with pens, in runs."""
