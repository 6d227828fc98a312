"""
A SCIM client, and sites to speak to: organizations with two SAML
connections each, whose provider is forged, and tokens made by hfssoctl.

Client keeps one connection alive and says everything by hand, so that a
test may send what no library would.  refused() looks at a whole error.
"""
import http.client
import json
import re
import sqlite3
import threading
import time
import urllib.parse

import daemon as d
import forge as f
from conftest import World

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
API = "urn:ietf:params:scim:api:messages:2.0:"
LIST, PATCH, SEARCH = API + "ListResponse", API + "PatchOp", \
    API + "SearchRequest"
BULK, BULK_ANSWER, ERROR = API + "BulkRequest", API + "BulkResponse", \
    API + "Error"
SCIM, JSON = "application/scim+json", "application/json"
NOBODY = "0123456789abcdef01234567"     # in the form of an id
MANAGED, BASIC = "scim/v2", "scim-provisioning/v2"
WAIT = 30 * d.SLOW
TRUST = ['trust email domains { "example.org" }']


# --- answers -----------------------------------------------------------------

class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name, default=None):
        found = [v for n, v in self.headers if n.lower() == name.lower()]
        return found[0] if found else default

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        kind = self.header("Content-Type", "")
        assert re.fullmatch(r"application/scim\+json(; *charset=utf-8)?",
                            kind, re.I), kind
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


def good(answer, status=200):
    """An answer that is no refusal; its value."""
    assert answer.status == status, answer
    return answer.json if answer.body else None


def refused(answer, status, kind=None):
    """A refusal as RFC 7644 3.12 wants it; its detail."""
    assert answer.status == status, answer
    body = answer.json
    assert body["schemas"] == [ERROR]
    assert body["status"] == str(status)
    if kind is not None:
        assert body.get("scimType") == kind, body
    return body.get("detail", "")


def names(listed, key=None):
    """Of a ListResponse: the set of userName or displayName."""
    return {x[key] if key else x.get("userName", x.get("displayName"))
            for x in listed["Resources"]} if "Resources" in listed else set()


def bare(resource):
    """Without what changes by itself."""
    return {k: v for k, v in resource.items()
            if k not in ("meta", "groups", "id")}


# --- the client --------------------------------------------------------------

class Client:
    """tokens are taken in turn: each has a rate of its own."""

    def __init__(self, site, organization, *tokens, base=MANAGED):
        self.site, self.organization, self.tokens = \
            site, organization, tokens or (None,)
        self.base = f"/api/organizations/{organization}/{base}"
        self.host = site.settings.public.removeprefix("https://")
        self.headers = {}
        self.patient = True     # with 429, and with what was hung up
        self.turn = 0
        self.link = None

    def twin(self):
        """The same with a connection of its own."""
        made = Client(self.site, self.organization, *self.tokens)
        made.base, made.headers = self.base, dict(self.headers)
        made.patient = self.patient
        return made

    def close(self):
        if self.link is not None:
            self.link.close()
            self.link = None

    def raw(self, method, target, body=None, headers=()):
        """One request on the kept connection, told as it is."""
        if self.link is None:
            self.link = http.client.HTTPConnection(
                "127.0.0.1", self.site.settings.api, timeout=WAIT)
        link = self.link
        try:
            link.putrequest(method, target, skip_host=True,
                            skip_accept_encoding=True)
            for name, value in headers:
                link.putheader(name, value)
            link.endheaders(body)
            reply = link.getresponse()
            answer = Answer(reply.status, reply.getheaders(), reply.read())
        except BaseException:
            self.close()
            raise
        if reply.will_close:
            self.close()
        return answer

    def ask(self, method, path="", body=None, query=None, kind=SCIM,
            headers=None, token=None):
        """
        body: a value, or octets as they are.  token: another than ours,
        "" for none.
        """
        target = path if path.startswith("/api/") else self.base + path
        if query:
            target += "?" + (query if isinstance(query, str) else
                             urllib.parse.urlencode(
                                 query, quote_via=urllib.parse.quote))
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if token is None:
            token = self.tokens[self.turn % len(self.tokens)]
            self.turn += 1
        send = {"Host": self.host, **self.headers}
        if token:
            send["Authorization"] = f"Bearer {token}"
        if body is not None:
            send["Content-Type"] = kind
            send["Content-Length"] = str(len(body))
        elif method in ("POST", "PUT", "PATCH"):
            send["Content-Length"] = "0"
        send.update(headers or {})
        send = [(n, v) for n, v in send.items() if v is not None]
        for _ in range(5):
            answer = self.sent(method, target, body, send)
            if answer.status != 429 or not self.patient:
                break
            time.sleep(float(answer.header("Retry-After", "1")))
        return answer

    def sent(self, method, target, body, send):
        again = self.link is not None
        try:
            return self.raw(method, target, body, send)
        except (http.client.RemoteDisconnected, ConnectionResetError,
                BrokenPipeError):
            # The kept connection may have been closed meanwhile.
            if not again or not self.patient:
                raise
            return self.raw(method, target, body, send)

    def get(self, path, query=None, **how):
        return self.ask("GET", path, query=query, **how)

    def post(self, path, body, query=None, **how):
        return self.ask("POST", path, body, query, **how)

    def put(self, path, body, query=None, **how):
        return self.ask("PUT", path, body, query, **how)

    def patch(self, path, *operations, query=None, **how):
        """Operations are dictionaries, or (op, path, value) without None."""
        return self.ask("PATCH", path, {
            "schemas": [PATCH],
            "Operations": [operation(x) for x in operations]}, query, **how)

    def delete(self, path, **how):
        return self.ask("DELETE", path, **how)

    # What must work.

    def user(self, name, /, *schemas, **attributes):
        return good(self.post("/Users", user(name, *schemas, **attributes)),
                    201)

    def group(self, name, /, *members, **attributes):
        return good(self.post("/Groups", group(
            name, *members, **attributes)), 201)

    def of(self, identifier, **query):
        return good(self.get(f"/Users/{identifier}", query))

    def find(self, what, where=None, **query):
        """A ListResponse; what is Users or Groups."""
        if where is not None:
            query["filter"] = where
        return listed(self.get(f"/{what}", query))

    def one(self, name):
        """The User of that userName, or None."""
        found = self.find("Users", f"userName eq {json.dumps(name)}")
        assert found["totalResults"] <= 1
        return found["Resources"][0] if found["totalResults"] else None

    def every(self, what, **query):
        """All by index, page after page."""
        out, start = [], 1
        while True:
            page = self.find(what, startIndex=start, **query)
            some = page.get("Resources", [])
            out += some
            start += len(some)
            if not some or start > page["totalResults"]:
                return out

    def walk(self, what, between=None, **query):
        """All by cursors (RFC 9865), page after page."""
        out, cursor, seen = [], "", set()
        while True:
            page = listed(self.get(f"/{what}", {"cursor": cursor, **query}))
            out += page.get("Resources", [])
            cursor = page.get("nextCursor")
            if not cursor:
                return out
            assert cursor not in seen
            seen.add(cursor)
            if between:
                between(out)

    def members(self, identifier):
        return {x["value"] for x in good(
            self.get(f"/Groups/{identifier}")).get("members", [])}


def listed(answer):
    page = good(answer)
    assert page["schemas"] == [LIST]
    assert isinstance(page.get("Resources", []), list)
    return page


def operation(of):
    if not isinstance(of, tuple):
        return of
    made = dict(zip(("op", "path", "value"), of))
    return {k: v for k, v in made.items() if v is not None}


def user(username, /, *schemas, **attributes):
    return {"schemas": [USER, *schemas], "userName": username, **attributes}


def person(name, /, **attributes):
    """A User as providers send it."""
    local = name.split("@", 1)[0]
    return user(name, **{
        "externalId": f"x-{local}",
        "name": {"givenName": local.title(), "familyName": "Example"},
        "displayName": f"{local.title()} Example",
        "emails": [{"value": f"{local}@example.org", "type": "work",
                    "primary": True}],
        "active": True, **attributes})


def group(name, /, *members, **attributes):
    made = {"schemas": [GROUP], "displayName": name, **attributes}
    if members:
        made["members"] = [{"value": x} if isinstance(x, str) else x
                           for x in members]
    return made


# --- a site ------------------------------------------------------------------

class Site(World):
    """Organizations by name; their connections are one and two."""

    def __init__(self, name, *organizations, application=None, top=()):
        super().__init__(f"scim-{name}")
        self.settings.top += list(top)
        for made in organizations or ("acme",):
            self.add(*([made] if isinstance(made, str) else made))
        self.settings.application("hub", [
            f'organization "{application}"'] if application else [])

    def add(self, name, lines=d.ROLES, one=(), two=()):
        connections = []
        for which, more in (("one", one), ("two", two)):
            idp = self.idp(f"{name}-{which}", key=d.ec_key())
            path = self.folder / f"{name}-{which}.xml"
            path.write_text(idp.metadata())
            connections.append(d.Connection(which, path, more))
        self.settings.organizations.append(
            d.Organization(name, connections, lines))

    def token(self, organization="acme", *words, connection="one"):
        """What hfssoctl says of a new one: token, url, id, expires."""
        made = self.daemon.show(
            "token", "create", organization, "-connection", connection,
            *words)
        made = made[0] if isinstance(made, list) else made
        assert re.fullmatch(r"hfscim_[A-Za-z0-9_-]{43}", made["token"])
        return made

    def client(self, organization="acme", *words, connection="one",
               tokens=1, base=MANAGED):
        return Client(self, organization, *[
            self.token(organization, *words, connection=connection)["token"]
            for _ in range(tokens)], base=base)

    # People.

    def begin(self, organization="acme", connection="one", person=None):
        return f.begin(self.daemon, organization, "" if connection == "one"
                       else connection, person)

    def deliver(self, subject, organization="acme", connection="one",
                email=None, roles=(), groups=(), **more):
        """A right answer of the provider's: the login, our answer."""
        login = self.begin(organization, connection)
        values = {"uid": subject, "displayName": subject.title(),
                  "email": email or f"{subject}@example.org", **more}
        if roles:
            values["role"] = list(roles)
        if groups:
            values["groups"] = list(groups)
        root = f.signed(self.idps[f"{organization}-{connection}"], login,
                        "both", subject=subject, attributes=values)
        return login, f.deliver(self.daemon, login, root)

    def login(self, subject, *where, **how):
        """Signs in, must work; the session's cookie."""
        login, answer = self.deliver(subject, *where, **how)
        assert answer.status in (302, 303), \
            f"{answer.status}\n{self.daemon.tail(8)}"
        cookie = d.session_of(login.person, self.settings.public)
        assert cookie, self.daemon.tail(8)
        return cookie

    def turned_away(self, subject, verdict, *where, **how):
        """A login that must be refused, and why the log says so."""
        mark = self.daemon.mark()
        _, answer = self.deliver(subject, *where, **how)
        assert answer.status == 403, answer.status
        if verdict:
            self.daemon.wait_log(rf"\b{verdict}\b", mark, 3 * d.SLOW)

    def seen(self, cookie, name=None):
        """What the gate says to a session: a header, or the answer."""
        answer = self.daemon.gate(cookies=cookie)
        return answer if name is None else answer.header(name)

    def ctl(self, *words):
        """A command that must work, without a question."""
        done = self.daemon.ctl("-f", *words)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def not_ctl(self, *words):
        done = self.daemon.ctl("-f", *words)
        assert done.returncode == 1, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def member(self, name, organization="acme"):
        return self.daemon.show("show", "member", organization, name)

    def audits(self, kind):
        """How many records of that type there are."""
        path = self.folder / "store" / "hfssod.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
            n = store.execute("SELECT count(*) FROM audit WHERE type = ?",
                              (kind,)).fetchone()[0]
        store.close()
        return n


def until(what, seconds=5):
    """Ask until it is true."""
    end = time.monotonic() + seconds * d.SLOW
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def each(*works):
    """Run them at the same time; the first fault is raised."""
    faults = []

    def run(work):
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
    threads = [threading.Thread(target=run, args=[x]) for x in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def crowd(client, wanted):
    """So many Users, by several who send Bulk; their ids."""
    out, todo, lock = [], list(range(0, wanted, 250)), threading.Lock()

    def work():
        mine = client.twin()
        while True:
            with lock:
                if not todo:
                    return
                first = todo.pop()
            answer = mine.post("/Bulk", {
                "schemas": [BULK], "Operations": [
                    {"method": "POST", "path": "/Users", "bulkId": f"b{n}",
                     "data": user(f"crowd-{n}")}
                    for n in range(first, min(first + 250, wanted))]})
            done = good(answer)["Operations"]
            assert {x["status"] for x in done} == {"201"}, done[:2]
            with lock:
                out.extend(x["location"].rsplit("/", 1)[1] for x in done)
    each(*[work] * 16)
    return out
