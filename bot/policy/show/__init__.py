"""What a person should see, as data."""
