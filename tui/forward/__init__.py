"""Codes of this machine's vault for servers, through the connection to the SSH agent."""
