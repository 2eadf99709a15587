"""Configuration: environment, profiles, settings, credentials."""
