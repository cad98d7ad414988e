"""YAML files -> frozen objects, checked. Nobody else reads YAML."""
