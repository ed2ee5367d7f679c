"""What a phone is told: identify, admit, compose, answer."""
