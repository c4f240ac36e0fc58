"""Tests that take minutes to an hour: parts of `make test-long`, each on a platform of its own."""
