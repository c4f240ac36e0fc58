"""What the emulated AWS account asks for, read through the AWS API whenever it changes."""
