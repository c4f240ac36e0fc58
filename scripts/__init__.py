"""What `make` runs beside the command line."""
