"""One file for each command, and a file here is a command: nothing else lists them.

`register(subparsers)` adds its parser, `run(args, context)` does it and returns the exit code.
A trailing underscore (`import_`) is not part of the command's name.
"""
