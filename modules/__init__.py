"""One AWS concern each: a construct with typed inputs and outputs, and nothing that knows of another module."""
