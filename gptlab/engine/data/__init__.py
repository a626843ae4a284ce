"""What models are trained on: pages, demonstrations and rankings, as token ids."""
