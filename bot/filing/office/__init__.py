"""The side of forms that knows time, people and the store: who may fill in what, what becomes of it, who is told."""
