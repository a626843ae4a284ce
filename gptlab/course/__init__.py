"""What makes the library a course: blanks, shapes, checks, hints, progress and grading."""
