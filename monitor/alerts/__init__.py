"""What is worth telling now, what waits, and what is told together: data and `now` in, decisions and their reasons out."""
