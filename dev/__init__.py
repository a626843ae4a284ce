"""What maintainers run: making lessons, the shipped model, the website, and the mutation tool."""
