"""AWS's models judge the answers of the embedded AWS, in tests: a client must get what AWS would send."""
