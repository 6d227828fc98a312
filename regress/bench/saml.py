"""
Logins for the bench: started at the daemon, answered by a forged identity
provider, ready to be posted.  None of this is measured.
"""
import base64
import re
import urllib.parse
import uuid
import zlib
from types import SimpleNamespace

import measure
import forge as f

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
MICROSOFT = "http://schemas.microsoft.com/identity/claims/"
GROUPS = 30

FORWARDED = ("X-Forwarded-Proto: https\r\nX-Forwarded-Host: {host}\r\n"
             "X-Forwarded-For: 192.0.2.{n}\r\n")
AGENT = ("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) "
         "Gecko/20100101 Firefox/128.0\r\n"
         "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
         "Accept-Language: en-US,en;q=0.5\r\n"
         "Accept-Encoding: gzip, deflate, br\r\n")
START = ("GET /organizations/acme/saml/login HTTP/1.1\r\nHost: {host}\r\n"
         + AGENT + FORWARDED + "\r\n")
POST = ("POST {path} HTTP/1.1\r\nHost: {host}\r\n" + AGENT + FORWARDED +
        "Content-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: {length}\r\nOrigin: null\r\nCookie: {cookie}\r\n"
        "\r\n")
SESSION = b"\r\nSet-Cookie: __Host-hfsso="

LOCATION = re.compile(rb"^Location: (\S+)\r$", re.M | re.I)
LOGIN_COOKIE = re.compile(
    rb"^Set-Cookie: (__Host-hfsso-l-[0-9a-f]{8}=[^;\r]+)", re.M | re.I)
REQUEST_ID = re.compile(rb'\sID="([^"]+)"')


def values(number):
    """What a large organization's provider says of one person."""
    person = f"person-{number}"
    group = uuid.UUID(int=number << 32)
    return {
        "uid": person,
        MICROSOFT + "objectidentifier": str(group),
        CLAIMS + "givenname": "Person",
        CLAIMS + "surname": f"Number {number}",
        CLAIMS + "emailaddress": f"{person}@example.org",
        "role": ["hub-writers"],
        "groups": ["nlp-team", "vision team"] + [
            str(uuid.UUID(int=(number << 32) + i))
            for i in range(GROUPS - 2)]}


class Signer:
    """Makes one POST from what the daemon answered to a start."""

    def __init__(self, idp, public):
        self.idp, self.public = idp, public
        self.host = public.removeprefix("https://")
        base = f"{public}/organizations/acme/saml/"
        self.acs, self.sp = base + "consume", base + "metadata"

    def __call__(self, work):
        number, answer = work
        to = LOCATION.search(answer).group(1).decode()
        fields = dict(urllib.parse.parse_qsl(
            urllib.parse.urlsplit(to).query))
        request = zlib.decompress(
            base64.b64decode(fields["SAMLRequest"]), -15)
        login = SimpleNamespace(
            acs=self.acs, sp=self.sp, relay=fields.get("RelayState", ""),
            id=REQUEST_ID.search(request).group(1).decode())
        text = f.xml(f.signed(
            self.idp, login, "assertion", subject=f"subject-{number}",
            attributes=values(number)))
        body = urllib.parse.urlencode(f.form(text, login)).encode()
        head = POST.format(
            path=urllib.parse.urlsplit(self.acs).path, host=self.host,
            n=number % 250, length=len(body),
            cookie=LOGIN_COOKIE.search(answer).group(1).decode())
        return text, head.encode() + body


def prepare(daemon, idp, folder, count):
    """
    Start and answer so many logins, by accounts 0 to count - 1.  Two
    files: the documents, and the requests that post them.
    """
    signer = Signer(idp, daemon.settings.public)
    starts, answers = folder / "starts", folder / "answers"
    measure.records(starts, [
        (START.format(host=signer.host, n=i % 250).encode(),
         b"\r\nSet-Cookie: __Host-hfsso-l-") for i in range(count)])
    measure.load(daemon.settings.browser, starts, status=303,
                 connections=16, keep=answers)
    made = measure.shared_out(signer, enumerate(
        measure.read_lengths(answers)))
    measure.lengths(folder / "documents", [text for text, _ in made])
    measure.records(folder / "posts", [(post, SESSION) for _, post in made])
    return folder / "documents", folder / "posts", \
        sum(len(text) for text, _ in made) // count
