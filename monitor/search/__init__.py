"""Queries over the store, and an item as queries see it."""
