"""One finding each: data, training and measurement, and nothing that draws."""
