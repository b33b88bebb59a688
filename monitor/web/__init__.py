"""What the daemon serves: its health, and a page that shows how things stand."""
