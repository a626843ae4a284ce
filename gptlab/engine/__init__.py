"""The machinery that trains, saves and runs the models which the learner's functions make up."""
