"""What a finished plan says, in plain functions and the parts of the page that show it."""
