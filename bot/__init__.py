"""科协通: an assistant for science associations in enterprises (企业科协)."""

__version__ = "0.2.0"
