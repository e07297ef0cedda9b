"""One module for each command; there is no other list of commands.

`register(subparsers)` adds the command's parser, `run(args, context)` runs it and returns the exit
code. A trailing underscore (`import_`) is not part of the command name; other underscores
(`ssh_agent`) are hyphens there.
"""
