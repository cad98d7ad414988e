"""Tables, migrations and repositories. Knows only data: no channel, no form engine, no knowledge."""
