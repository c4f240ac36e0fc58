"""What every test run needs before its first import of the AWS bindings."""

import bindings

bindings.install()
