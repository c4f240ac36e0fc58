"""The root certificates of AWS in what containers are given, replaced by those of the authorities of this machine.

Nothing here can show a certificate that AWS signed. So where a container gets a root of RDS's for the region, it gets
that of the authority which signs for databases here; and for a root of Amazon Trust Services, that of the one which
signs for their proxies and for caches. A root of another region stays what it is: with it, nothing would be reached on
AWS either.
"""

import re

from cryptography import x509

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)
_AMAZON_ROOT = re.compile(r"Amazon Root CA [1-4]")


class Roots:
    """Replaces root certificates.

    Args:
        region: whose databases run here.
        databases: certificate of the authority of databases, in PEM.
        amazon: certificate of the authority of everything else, in PEM.
    """

    def __init__(self, region: str, *, databases: bytes, amazon: bytes) -> None:
        self._rds_root = re.compile(rf"Amazon RDS {re.escape(region)} Root CA [A-Z0-9]+ G\d+")
        self._databases, self._amazon = databases.decode(), amazon.decode()

    def replaced(self, text: str) -> str:
        """The text with each root of AWS's for this region replaced."""
        return _PEM.sub(lambda match: self._instead(match[0]), text)

    def _instead(self, pem: str) -> str:
        try:
            subject = x509.load_pem_x509_certificate(pem.encode()).subject
        except ValueError:
            return pem
        for attribute in subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME):
            if self._rds_root.fullmatch(str(attribute.value)):
                return self._databases
            if _AMAZON_ROOT.fullmatch(str(attribute.value)):
                return self._amazon
        return pem
