"""What a code is: entries, the five algorithms, URIs. Nothing here asks the time."""
