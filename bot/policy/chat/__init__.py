"""What people may say to codechill in a comment, and what follows from it."""
