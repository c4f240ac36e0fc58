"""Pages of the documentation that are generated: `make docs` writes them, a test compares them."""
