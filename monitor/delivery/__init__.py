"""The outbox drained: claim a row, send its bytes, record what became of it."""
