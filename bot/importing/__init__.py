"""What people bring in: FAQ sheets become entries of the local content folder, documents become passages."""
