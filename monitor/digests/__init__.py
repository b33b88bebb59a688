"""The press review: when an edition is due, what it says, and filing it with the mails that carry it."""
