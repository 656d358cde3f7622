"""Results in files, and back."""
