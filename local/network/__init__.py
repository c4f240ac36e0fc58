"""Security groups and routes: which connections of containers are let through, and what happens to the others."""
