"""Measures what people wait for: `make bench` prints a table for each file here that is in `__main__.TABLES`.

`python -m scripts.bench --json` prints the same for programs, `--quick` measures each thing once, and `--only NAME`
measures for one table.
"""
