"""What every subject's figures are made of: style, SVG, bars, tables, and `show`, which puts a picture into a notebook."""
