"""The durable way of a message: inbox -> worker -> outbox -> sender."""
