"""The door: raw artifacts enter, redacted artifacts leave; nothing else makes them."""
