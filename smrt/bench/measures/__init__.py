"""What is known of each request: its times, its tokens, its error."""
