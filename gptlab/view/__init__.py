"""What the lessons show: figures in one style, distributions as bars, widgets with a picture to fall back on."""
