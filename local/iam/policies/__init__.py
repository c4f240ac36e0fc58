"""IAM's policy evaluation logic, without an account: from policies and a request to a decision and its reason."""
