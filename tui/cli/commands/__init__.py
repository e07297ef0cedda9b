"""The commands, one module each; there is no other list of them.

`register(subparsers)` adds the command's parser, `run(args, context)` runs it and returns the
exit code. A trailing underscore (`import_`) is not part of the command's name.
"""
