"""The registry of the embedded AWS: the OCI distribution protocol on `/v2/`, over the images of the emulated ECR."""
