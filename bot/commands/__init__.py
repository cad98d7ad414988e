"""One module a command: `arguments(parser)` and `run(given, settings) -> exit status`."""
