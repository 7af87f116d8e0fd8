"""What attackers sent, and what has to happen. Each fault that was found stays here as a test."""
