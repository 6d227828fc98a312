"""A throw-away certificate authority for loopback."""
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import daemon as d


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """ca is the file that says whom to trust."""

    def __init__(self, folder, name="test authority"):
        self.folder, self.name = folder, name
        self.key = d.ec_key()
        made = self.build(name, self.key, 30).add_extension(
            x509.BasicConstraints(True, 0), True).sign(
            self.key, hashes.SHA256())
        self.ca = folder / "ca.crt"
        self.write(self.ca, made)

    def build(self, name, key, days):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(name_of(name))
                .issuer_name(name_of(self.name))
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=2))
                .not_valid_after(now + datetime.timedelta(days=days)))

    @staticmethod
    def write(path, certificate):
        path.write_bytes(certificate.public_bytes(
            serialization.Encoding.PEM))
        path.chmod(0o644)

    def issue(self, *names, days=30):
        """A certificate for these names: paths of its key and itself."""
        key = d.ec_key()
        stem = names[0].replace("*", "any")
        paths = self.folder / f"{stem}.key", self.folder / f"{stem}.crt"
        paths[0].write_bytes(d.private_pem(key))
        self.write(paths[1], self.build(names[0], key, days).add_extension(
            x509.SubjectAlternativeName([alternative(x) for x in names]),
            False).sign(self.key, hashes.SHA256()))
        return paths
