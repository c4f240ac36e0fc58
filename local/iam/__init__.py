"""IAM in the embedded AWS: what roles may do, judged by the policies that were applied."""
