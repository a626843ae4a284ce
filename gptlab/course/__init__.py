"""The way through the course: starting a lesson, its cards, progress, and putting a stub back."""
