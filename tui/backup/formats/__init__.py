"""The backup formats: a file or a folder for each app, which `registry` finds by itself."""
