"""For those who teach with the course or add to it: hand-outs, classes, similar submissions, new blanks."""
