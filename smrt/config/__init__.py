"""What is configured: environment, profiles, settings, credentials."""
