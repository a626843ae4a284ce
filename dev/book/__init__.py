"""The website: its pages made from data, its map, how it is built and looked over."""
