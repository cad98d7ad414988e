"""Web chat and staff page: Starlette, server-rendered, a little plain JavaScript on top."""
