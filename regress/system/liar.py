"""
An OpenID Provider of our own that tells the truth until a test says
otherwise: any document, any claim, any header, any key, at any speed.

What the relying party sends is checked as strictly as can be; complaints
holds what was wrong with it.
"""
import base64
import hashlib
import http.server
import json
import os
import socket
import ssl
import threading
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import (
    ec, ed25519, padding, rsa)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature, encode_dss_signature)

import daemon as d
import ports

CLIENT = "hub"
SECRET = "a secret: of/the+hub%21"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def b64(octets):
    if isinstance(octets, str):
        octets = octets.encode()
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return value if isinstance(value, bytes) else \
        json.dumps(value, separators=(",", ":")).encode()


def integer(number):
    return b64(number.to_bytes((number.bit_length() + 7) // 8, "big"))


# --- JOSE --------------------------------------------------------------------

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(),
          "512": hashes.SHA512()}


def algorithm_of(key):
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "EdDSA"
    return {256: "ES256", 384: "ES384", 521: "ES512"}[key.curve.key_size]


def jwk(key, kid=None, **more):
    """The public half."""
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = public.public_numbers()
        out = {"kty": "RSA", "n": integer(numbers.n),
               "e": integer(numbers.e)}
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        out = {"kty": "OKP", "crv": "Ed25519", "x": b64(public.public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw))}
    else:
        size = (key.curve.key_size + 7) // 8
        numbers = public.public_numbers()
        out = {"kty": "EC", "crv": f"P-{key.curve.key_size}",
               "x": b64(numbers.x.to_bytes(size, "big")),
               "y": b64(numbers.y.to_bytes(size, "big"))}
    if kid is not None:
        out["kid"] = kid
    return {**out, "use": "sig", **more}


def sign(octets, key, alg):
    if alg == "none":
        return b""
    algorithm = HASHES.get(alg[2:])
    if alg[:2] == "HS":
        made = hmac.HMAC(key, algorithm)
        made.update(octets)
        return made.finalize()
    if alg[:2] == "RS":
        return key.sign(octets, padding.PKCS1v15(), algorithm)
    if alg[:2] == "PS":
        return key.sign(octets, padding.PSS(
            padding.MGF1(algorithm), algorithm.digest_size), algorithm)
    if alg[:2] == "ES":
        size = (key.curve.key_size + 7) // 8
        return b"".join(x.to_bytes(size, "big") for x in
                        decode_dss_signature(
                            key.sign(octets, ec.ECDSA(algorithm))))
    return key.sign(octets)


def jwt(claims, key, alg=None, header=None):
    """A token in compact form; what is None is left out."""
    alg = alg or algorithm_of(key)
    header = {k: v for k, v in {"alg": alg, **(header or {})}.items()
              if v is not None}
    if isinstance(claims, dict):
        claims = {k: v for k, v in claims.items() if v is not None}
    text = f"{b64(compact(header))}.{b64(compact(claims))}"
    return f"{text}.{b64(sign(text.encode(), key, alg))}"


def verified(token, public):
    """Claims of a client's assertion."""
    text, _, signature = token.rpartition(".")
    header, claims = (json.loads(unb64(x)) for x in text.split("."))
    octets, signature = text.encode(), unb64(signature)
    if header["alg"] == "RS256":
        public.verify(signature, octets, padding.PKCS1v15(),
                      hashes.SHA256())
    elif header["alg"] == "ES256":
        public.verify(encode_dss_signature(
            int.from_bytes(signature[:32], "big"),
            int.from_bytes(signature[32:], "big")), octets,
            ec.ECDSA(hashes.SHA256()))
    elif header["alg"] == "EdDSA":
        public.verify(signature, octets)
    else:
        raise InvalidSignature
    return header, claims


# --- HTTP --------------------------------------------------------------------

class Reply:
    """
    delay: seconds before it; drip: between octets; endless: the body again
    and again; length: what Content-Length claims; cut: hang up after it.
    """

    def __init__(self, body=b"", status=200, kind="application/json",
                 headers=(), delay=0, drip=0, endless=False, length=None,
                 cut=False):
        self.body = body if isinstance(body, bytes) else compact(body)
        self.status, self.kind = status, kind
        self.headers = list(headers)
        self.delay, self.drip, self.endless = delay, drip, endless
        self.length, self.cut = length, cut

    def send(self, handler):
        end = handler.server.ending
        if end.wait(self.delay):
            return
        lines = [f"HTTP/1.1 {self.status} Whatever",
                 *(f"{n}: {v}" for n, v in self.headers)]
        if self.kind:
            lines.append(f"Content-Type: {self.kind}")
        if not self.endless:
            size = len(self.body) if self.length is None else self.length
            lines.append(f"Content-Length: {size}")
        if self.cut or self.endless or \
                ("Connection", "close") in self.headers:
            handler.close_connection = True
        out = handler.wfile
        out.write("\r\n".join([*lines, "", ""]).encode())
        if self.drip:
            for n in range(len(self.body)):
                out.write(self.body[n:n + 1])
                out.flush()
                if end.wait(self.drip):
                    return
        else:
            out.write(self.body)
        while self.endless and not end.is_set():
            out.write(self.body)


class Request:
    def __init__(self, handler):
        self.method, self.headers = handler.command, handler.headers
        self.path, _, query = handler.path.partition("?")
        body = handler.rfile.read(int(
            handler.headers.get("Content-Length") or 0))
        self.body = body.decode("utf-8", "replace")
        self.query = dict(urllib.parse.parse_qsl(query))
        self.pairs = urllib.parse.parse_qsl(
            self.body, keep_blank_values=True)
        self.form = dict(self.pairs)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        try:
            request = Request(self)
            self.server.find(self.headers.get("Host", "")).serve(
                request).send(self)
        except (OSError, ssl.SSLError):
            self.close_connection = True

    do_GET = do_POST = do_HEAD = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """By name or for all; tls is the pair of key and certificate."""
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address="127.0.0.1", port=None, tls=None):
        self.context = None
        if tls is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(tls[1], tls[0])
        self.port = port or ports.free()
        self.hosts, self.ending = {}, threading.Event()
        self.open = set()
        super().__init__((address, self.port), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,),
                         daemon=True).start()

    def find(self, host):
        name = host.rsplit(":", 1)[0]
        return self.hosts.get(name) or self.hosts.get("")

    def finish_request(self, request, client_address):
        request.settimeout(60)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open.add(request)
        plain = request
        try:
            if self.context is not None:
                request = self.context.wrap_socket(request, server_side=True)
                self.open.add(request)
            super().finish_request(request, client_address)
        except (OSError, ssl.SSLError):
            pass
        finally:
            self.open -= {request, plain}
            request.close()

    def handle_error(self, request, client_address):
        if not self.ending.is_set():
            super().handle_error(request, client_address)

    def stop(self):
        self.ending.set()
        self.shutdown()
        self.server_close()
        for one in list(self.open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


# --- the provider ------------------------------------------------------------

class Grant:
    """What a code stands for, and the lies about it."""

    def __init__(self, query, person, lies):
        self.query, self.person, self.lies = query, person, lies
        self.used = False


POOL = []


def next_key():
    """An RSA key; the same again after three, since they are dear."""
    if len(POOL) < 3:
        POOL.append(d.rsa_key())
    else:
        POOL.append(POOL.pop(0))
    return POOL[-1]


class Liar:
    """
    lie: name of an endpoint to a Reply, or to a function of request and
    the true Reply that gives another.
    """

    paths = {"discovery": "/.well-known/openid-configuration",
             "authorize": "/authorize", "token": "/token", "jwks": "/jwks",
             "userinfo": "/userinfo", "end_session": "/logout"}

    def __init__(self, key=None, issuer=None, server=None, name=None,
                 tls=None, client=CLIENT, secret=SECRET):
        self.own = server is None
        self.server = server or Server(tls=tls)
        self.server.hosts[name or ""] = self
        scheme = "https" if self.server.context else "http"
        self.base = f"{scheme}://{name or '127.0.0.1'}" + (
            "" if self.server.port == 443 else f":{self.server.port}")
        self.issuer = issuer or self.base
        self.key, self.kid = key or next_key(), "first"
        self.client, self.secret = client, secret
        self.public = None          # of the client's key
        self.auth = ("client_secret_basic", "client_secret_post")
        self.iss = True             # in the answer (RFC 9207)
        self.lock = threading.Lock()
        self.keys = None
        self.complaints, self.requests = [], []
        self.refresh = {}           # token -> person, None when revoked
        self.codes = {}
        self.reset()

    def reset(self):
        self.lie, self.more, self.complaints[:] = {}, {}, []
        self.requests[:] = []

    def count(self, name):
        return sum(x.path == self.paths[name] for x in self.requests)

    def stop(self):
        if self.own:
            self.server.stop()

    def rotate(self, key=None, keep=True):
        old = self.jwks()["keys"]
        self.key, self.kid = key or d.rsa_key(), b64(os.urandom(6))
        self.keys = [jwk(self.key, self.kid), *(old if keep else [])]

    # Documents.

    def document(self):
        made = {
            "issuer": self.issuer,
            **{("jwks_uri" if n == "jwks" else f"{n}_endpoint" if n in (
                "token", "userinfo", "end_session") else
                "authorization_endpoint"): self.base + p
               for n, p in self.paths.items() if n != "discovery"},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [
                algorithm_of(self.key)],
            "token_endpoint_auth_methods_supported": list(self.auth),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": self.iss,
            **self.more}
        return {k: v for k, v in made.items() if v is not None}

    def jwks(self):
        return {"keys": self.keys or [jwk(self.key, self.kid)]}

    def people(self, person):
        return {"email": f"{person}@example.org", "email_verified": True,
                "name": f"{person} Example", "preferred_username": person}

    def claims(self, grant):
        now = int(time.time())
        return {
            "iss": self.issuer, "sub": grant.person, "aud": self.client,
            "iat": now, "exp": now + 600, "auth_time": now - 1,
            "nonce": grant.query.get("nonce"),
            "sid": f"sid-{grant.person}", "jti": b64(os.urandom(12)),
            **self.people(grant.person)}

    def id_token(self, grant, token):
        lies = dict(grant.lies)
        claims = {**self.claims(grant), "at_hash": at_hash(
            token, algorithm_of(self.key)), **lies.pop("claims", {})}
        header = {"kid": self.kid, **lies.pop("header", {})}
        key, alg = lies.pop("key", self.key), lies.pop("alg", None)
        made = jwt(claims, key, alg, header)
        return lies.pop("wrap", lambda x: x)(made)

    # A login.

    def grant(self, query, person, **lies):
        """
        A code for an authorization request.  Lies: claims, header, key,
        alg, wrap (a function of the whole token), answer (a function of
        the token answer).
        """
        code = b64(os.urandom(18))
        self.codes[code] = Grant(query, person, lies)
        return code

    def complain(self, text):
        self.complaints.append(text)
        return Reply({"error": "invalid_request",
                      "error_description": text}, 400)

    def check_request(self, query):
        want = {"response_type": "code", "client_id": self.client,
                "code_challenge_method": "S256"}
        for name, value in want.items():
            if query.get(name) != value:
                self.complain(f"{name} is {query.get(name)!r}")
        if "openid" not in query.get("scope", "").split():
            self.complain("no scope openid")
        for name in ("state", "nonce", "code_challenge", "redirect_uri"):
            if len(query.get(name, "")) < 16:
                self.complain(f"{name} is {query.get(name)!r}")

    # Endpoints.

    def serve(self, request):
        with self.lock:
            self.requests.append(request)
        name = next((n for n, p in self.paths.items()
                     if p == request.path), None)
        if name is None:
            return self.lie.get(request.path) or Reply({}, 404)
        lie = self.lie.get(name)
        if isinstance(lie, Reply):
            return lie
        truth = getattr(self, "at_" + name)(request)
        return lie(request, truth) if lie else truth

    def at_discovery(self, _):
        return Reply(self.document())

    def at_jwks(self, _):
        return Reply(self.jwks())

    def at_authorize(self, request):
        """Whoever login_hint names is signed in at once."""
        self.check_request(request.query)
        code = self.grant(request.query, request.query.get(
            "login_hint", "somebody"))
        back = {"code": code, "state": request.query["state"]}
        if self.iss:
            back["iss"] = self.issuer
        return Reply(status=302, headers=[(
            "Location", request.query["redirect_uri"] + "?"
            + urllib.parse.urlencode(back))])

    def at_end_session(self, request):
        to = request.query.get("post_logout_redirect_uri")
        if not to:
            return Reply(b"signed out", kind="text/plain")
        return Reply(status=302, headers=[("Location", to + "?" +
                     urllib.parse.urlencode({
                         "state": request.query.get("state", "")}))])

    def at_userinfo(self, request):
        kind, _, token = request.headers.get(
            "Authorization", "").partition(" ")
        if kind != "Bearer" or not token.startswith("access-"):
            return self.complain("userinfo without a token")
        return Reply({"sub": token.split("-", 2)[2],
                      **self.people(token.split("-", 2)[2])})

    def client_wrong(self, request):
        """None, or what is wrong with the client's authentication."""
        form, head = request.form, request.headers.get("Authorization")
        if head is not None:
            if "client_secret_basic" not in self.auth:
                return "Basic was not offered"
            if "client_secret" in form:
                return "authenticated twice"
            name, _, secret = base64.b64decode(
                head.removeprefix("Basic ")).decode().partition(":")
            unquote = urllib.parse.unquote_plus
            return None if (unquote(name), unquote(secret)) == (
                self.client, self.secret) else "wrong secret"
        if "client_assertion" in form:
            return self.assertion_wrong(form)
        if "client_secret_post" not in self.auth:
            return "the secret's place was not offered"
        return None if (form.get("client_id"), form.get(
            "client_secret")) == (self.client, self.secret) else \
            "wrong secret"

    def assertion_wrong(self, form):
        if form.get("client_assertion_type") != ASSERTION:
            return "client_assertion_type"
        try:
            _, claims = verified(form["client_assertion"], self.public)
        except InvalidSignature:
            return "the assertion's signature"
        now = time.time()
        want = {"iss": self.client, "sub": self.client, "aud": self.issuer}
        for name, value in want.items():
            if claims.get(name) != value:
                return f"the assertion's {name}: {claims.get(name)!r}"
        if not now - 60 < claims["iat"] <= now + 5 or \
                not now < claims["exp"] <= now + 600:
            return "the assertion's times"
        return None if len(claims["jti"]) > 15 else "the assertion's jti"

    def at_token(self, request):
        form = request.form
        if len(form) != len(request.pairs):
            return self.complain("a parameter twice")
        wrong = self.client_wrong(request)
        if wrong:
            self.complain(wrong)
            return Reply({"error": "invalid_client"}, 401)
        if form.get("grant_type") == "refresh_token":
            return self.at_refresh(form)
        if form.get("grant_type") != "authorization_code":
            return self.complain("grant_type")
        grant = self.codes.get(form.get("code"))
        if grant is None or grant.used:
            return Reply({"error": "invalid_grant"}, 400)
        grant.used = True
        if form.get("redirect_uri") != grant.query.get("redirect_uri"):
            return self.complain("redirect_uri is another")
        if b64(hashlib.sha256(form.get(
                "code_verifier", "").encode()).digest()) != \
                grant.query.get("code_challenge"):
            return Reply({"error": "invalid_grant"}, 400)
        token = f"access-{b64(os.urandom(8)).replace('-', '_')}-" \
            f"{grant.person}"
        made = {"access_token": token, "token_type": "Bearer",
                "expires_in": 600, "id_token": self.id_token(grant, token)}
        if "offline_access" in grant.query.get("scope", "").split() or \
                grant.query.get("access_type") == "offline":
            made["refresh_token"] = "refresh-" + b64(os.urandom(24))
            self.refresh[made["refresh_token"]] = grant.person
        change = grant.lies.get("answer")
        return Reply(change(made) if change else made)

    def at_refresh(self, form):
        person = self.refresh.get(form.get("refresh_token"))
        if person is None:
            return Reply({"error": "invalid_grant"}, 400)
        return Reply({"access_token": f"access-x-{person}",
                      "token_type": "Bearer", "expires_in": 600})

    # Signing out.

    def logout_token(self, key=None, alg=None, header=None, **claims):
        now = int(time.time())
        return jwt({
            "iss": self.issuer, "aud": self.client, "iat": now,
            "exp": now + 120, "jti": b64(os.urandom(12)),
            "events": {LOGOUT: {}}, **claims}, key or self.key, alg,
            {"kid": self.kid, "typ": "logout+jwt", **(header or {})})


def at_hash(token, alg):
    made = hashlib.new("sha" + (alg[2:] if alg != "EdDSA" else "512"),
                       token.encode()).digest()
    return b64(made[:len(made) // 2])


# --- the relying party's side ------------------------------------------------

class Login:
    """A login that a browser has begun: where it was sent, and with what."""

    def __init__(self, person, answer):
        assert answer.status in (302, 303), f"{answer.status} {answer.text}"
        self.person, self.url = person, answer.location
        self.endpoint, _, query = self.url.partition("?")
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        self.query = dict(pairs)
        assert len(pairs) == len(self.query), pairs


def address(daemon, verb, organization="acme", connection=""):
    return daemon.url(f"/organizations/{organization}/oidc/{verb}" + (
        f"/{connection}" if connection else ""))


def begin(daemon, organization="acme", connection="", person=None, more=""):
    person = person or daemon.browser()
    return Login(person, person.get(address(
        daemon, "login", organization, connection) + more))


def deliver(daemon, login, code, person=None, tail="", url=None, **change):
    """The answer, as a browser brings it."""
    to = url or login.query["redirect_uri"]
    fields = {"code": code, "state": login.query["state"], **change}
    return (person or login.person).get(f"{to}?" + urllib.parse.urlencode(
        {k: v for k, v in fields.items() if v is not None}) + tail)


def attempt(daemon, liar, name, organization="acme", connection="",
            person=None, iss=True, **lies):
    """A whole sign-in: the login and the answer to it."""
    login = begin(daemon, organization, connection, person)
    liar.check_request(login.query)
    more = {"iss": liar.issuer} if iss and liar.iss else {}
    return login, deliver(daemon, login, liar.grant(
        login.query, name, **lies), **more)


def sign_in(daemon, liar, name, **how):
    """One that must work: the browser and its cookie."""
    login, answer = attempt(daemon, liar, name, **how)
    assert answer.status in (302, 303), \
        f"{answer.status}\n{daemon.tail(6)}\n{liar.complaints}"
    assert not liar.complaints
    return login.person, d.session_of(login.person, daemon.settings.public)
