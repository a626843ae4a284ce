"""What every subject's pictures are made of: style, SVG, bars, tables, and `show` for a notebook."""
