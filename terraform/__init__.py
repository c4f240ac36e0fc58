"""A model of generated Terraform JSON: its resources, and the references between them."""
