"""What several tests draw their examples from."""
