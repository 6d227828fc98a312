"""
OpenID Connect logins for the bench: started at the relying party, answered
by tokens that were signed beforehand and wait at a provider that does
nothing but hand them out.  None of this is measured.
"""
import base64
import hashlib
import json
import re
import subprocess
import time
import urllib.parse
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import daemon as d
import measure
import nginx
import saml

GROUPS = 30
START = ("GET {path} HTTP/1.1\r\nHost: {host}\r\n" + saml.AGENT +
         saml.FORWARDED + "\r\n")
ANSWER = ("GET {path}?{query} HTTP/1.1\r\nHost: {host}\r\n" + saml.AGENT +
          saml.FORWARDED + "Cookie: {cookie}\r\n\r\n")
COOKIE = re.compile(rb"^Set-Cookie: ([^=;\s]+=[^;\r]+)", re.M | re.I)


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def claims(issuer, client, nonce, number, now):
    """What a large organization's provider says of one person."""
    group = uuid.UUID(int=number << 32)
    return {
        "iss": issuer, "aud": client, "sub": f"subject-{number}",
        "iat": now, "exp": now + 3600, "auth_time": now - 5,
        "nonce": nonce, "sid": str(group), "jti": str(uuid.uuid4()),
        "oid": str(group), "tid": str(uuid.UUID(int=7)), "ver": "2.0",
        "email": f"person-{number}@example.org", "email_verified": True,
        "name": f"Person Number {number}", "given_name": "Person",
        "family_name": f"Number {number}",
        "preferred_username": f"person-{number}",
        "role": ["hub-writers"],
        "groups": ["nlp-team", "vision team"] + [
            str(uuid.UUID(int=(number << 32) + i))
            for i in range(GROUPS - 2)]}


class Provider:
    """Discovery, one key, and the tokens that it was given."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = rsa.generate_private_key(65537, 2048)
        public = self.key.public_key().public_numbers()
        self.header = {"alg": "RS256", "kid": "bench", "typ": "JWT"}
        fixed = {"kty": "RSA", "use": "sig", "kid": "bench", "alg": "RS256",
                 "n": b64(public.n.to_bytes(256, "big")), "e": "AQAB"}
        self.fixed = [
            (b"/.well-known/openid-configuration", compact({
                "issuer": self.issuer,
                "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token",
                "jwks_uri": self.issuer + "/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported":
                    ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"]})),
            (b"/jwks", compact({"keys": [fixed]}))]
        self.process = None
        self.serve([])

    def connection(self, folder, client):
        secret = folder / "client.secret"
        secret.write_text(client.SECRET + "\n")
        secret.chmod(0o600)
        return d.OidcConnection("sso", self.issuer, [d.LOCAL],
                                client.CLIENT, secret)

    def serve(self, tokens):
        self.stop()
        file = measure.records(self.folder / "provider",
                               self.fixed + tokens)
        self.process = subprocess.Popen(
            [measure.OUT / "provider", str(self.port), file],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            preexec_fn=measure.client_core)
        nginx.wait_port(self.port, self.process)

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(10)
            self.process = None

    def sign(self, body):
        """The body of one token response, and how long its ID token is."""
        text = f"{b64(compact(self.header))}.{b64(compact(body))}"
        token = text + "." + b64(self.key.sign(
            text.encode(), padding.PKCS1v15(), hashes.SHA256()))
        return compact({"access_token": b64(hashlib.sha256(
            token.encode()).digest()), "token_type": "Bearer",
            "expires_in": 3600, "id_token": token}), len(token)

    def prepare(self, port, host, start, callback, client, expect, count,
                status):
        """
        Start so many logins; the requests that answer them, and the size
        of an ID token.  They are good for five minutes.
        """
        starts, answers = self.folder / "starts", self.folder / "answers"
        measure.records(starts, [
            (START.format(path=start, host=host, n=i % 250).encode(),
             b"\r\nSet-Cookie: ") for i in range(count)])
        measure.load(port, starts, status=status, connections=16,
                     keep=answers)
        now, works, requests = int(time.time()), [], []
        for i, answer in enumerate(measure.read_lengths(answers)):
            to = saml.LOCATION.search(answer).group(1).decode()
            asked = dict(urllib.parse.parse_qsl(
                urllib.parse.urlsplit(to).query))
            works.append(claims(
                self.issuer, client, asked["nonce"], i, now))
            query = urllib.parse.urlencode(
                {"code": f"code-{i}", "state": asked["state"]})
            requests.append((ANSWER.format(
                path=callback, host=host, n=i % 250, query=query,
                cookie=COOKIE.search(answer).group(1).decode()).encode(),
                expect))
        tokens = measure.shared_out(self.sign, works)
        self.serve([(f"code code-{i}".encode(), body)
                    for i, (body, _) in enumerate(tokens)])
        return measure.records(self.folder / "callbacks", requests), \
            sum(size for _, size in tokens) // count
