"""
SCIM for the bench: the same requests to hfssod, to @boxyhq/saml-jackson in
memory and on PostgreSQL, and to scimmy in memory.  Each is a side: where it
listens, how it is asked, which processes are it.
"""
import http.client
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import subprocess
import time
import urllib.parse

import daemon as d
import measure
import nginx
import ports

PEERS = measure.TOP / "regress/bench/peers"
MODULES = measure.TOP / "build/peers"
CONNECTIONS = 16
ID = re.compile(rb'"id": ?"([^"]+)"')
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def person(number):
    """What Okta sends of one person."""
    name = f"person.{number}@example.org"
    return {
        "schemas": [USER], "userName": name, "externalId": f"00u{number:09}",
        "name": {"givenName": "Person", "familyName": f"Number {number}"},
        "displayName": f"Person Number {number}",
        "emails": [{"value": name, "primary": True, "type": "work"}],
        "locale": "en-US", "active": True}


class Side:
    def __init__(self, folder, port, path, token, pids, head=""):
        self.folder, self.port, self.path = folder, port, path
        self.token, self.pids, self.head = token, pids, head
        self.ids = []
        self.group = None

    def request(self, method, path, body=None):
        text = json.dumps(body, separators=(",", ":")) if body else ""
        head = (f"{method} {self.path}{path} HTTP/1.1\r\n"
                f"Host: 127.0.0.1:{self.port}\r\n"
                f"Authorization: Bearer {self.token}\r\n"
                "Accept: application/scim+json\r\n"
                "User-Agent: bench\r\n" + self.head)
        if body:
            head += ("Content-Type: application/scim+json\r\n"
                     f"Content-Length: {len(text.encode())}\r\n")
        return (head + "\r\n" + text).encode()

    def run(self, requests, status, seconds=None, keep=None, connections=16):
        file = measure.records(self.folder / "requests",
                               [(r, b"") for r in requests])
        return measure.load(self.port, file, self.pids(), seconds, status,
                            connections=connections, keep=keep)

    def create(self, numbers):
        """Make people; the figures.  Their ids are kept."""
        answers = self.folder / "answers"
        got = self.run([self.request("POST", "/Users", person(n))
                        for n in numbers], 201, keep=answers,
                       connections=CONNECTIONS)
        for answer in measure.read_lengths(answers):
            self.ids.append(ID.search(answer).group(1).decode())
        return got

    def some(self, count=1000):
        return random.Random(count).sample(
            self.ids, min(count, len(self.ids)))

    def get(self, seconds):
        return self.run([self.request("GET", f"/Users/{i}")
                         for i in self.some()], 200, seconds)

    def find(self, attribute, values, seconds):
        return self.run([self.request(
            "GET", "/Users?filter=" + urllib.parse.quote(
                f'{attribute} eq "{v}"')) for v in values], 200, seconds)

    def user_names(self, total):
        return [person(n)["userName"]
                for n in random.Random(1).sample(range(total),
                                                 min(1000, total))]

    def external_ids(self, total):
        return [person(n)["externalId"]
                for n in random.Random(2).sample(range(total),
                                                 min(1000, total))]

    def active(self, seconds):
        """All of them are deactivated, and come back, and so on."""
        return self.run([self.request("PATCH", f"/Users/{who}", {
            "schemas": [PATCH], "Operations": [
                {"op": "replace", "value": {"active": value}}]})
            for value in (False, True) for who in self.some(200)],
            200, seconds, connections=CONNECTIONS)

    def make_group(self, members):
        body = {"schemas": [GROUP], "displayName": "All of them",
                "members": [{"value": i} for i in members]}
        conn = http.client.HTTPConnection("127.0.0.1", self.port)
        conn.request("POST", self.path + "/Groups", json.dumps(body), {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/scim+json"})
        answer = conn.getresponse()
        text = answer.read()
        if answer.status != 201:
            raise measure.Fault(text[:1000].decode())
        self.group = json.loads(text)["id"]

    def member(self, seconds, status):
        """So many leave the group, and come back, and so on."""
        some = self.some(200)
        return self.run([self.request("PATCH", f"/Groups/{self.group}", {
            "schemas": [PATCH], "Operations": [change]})
            for change in [
                {"op": "remove", "path": f'members[value eq "{who}"]'}
                for who in some] + [
                {"op": "add", "path": "members", "value": [{"value": who}]}
                for who in some]], status, seconds, connections=CONNECTIONS)

    def page(self, start, seconds, count=100):
        return self.run([self.request(
            "GET", f"/Users?startIndex={start}&count={count}")], 200,
            seconds, connections=4)


def of_daemon(bench):
    """A side that is hfssod, with a token of its own."""
    made = bench.daemon.show("token", "create", "acme", "-rate", "36600")
    url = urllib.parse.urlsplit(made["url"])
    host = bench.settings.public.removeprefix("https://")
    side = Side(bench.folder, bench.settings.api, url.path.rstrip("/"),
                made["token"], bench.pids, "X-Forwarded-For: 192.0.2.7\r\n")
    side.host = host
    return side


class Peer:
    """A node server of regress/bench/peers."""

    def __init__(self, folder, script, *words):
        self.folder = folder
        self.port = ports.free()
        folder.mkdir()
        with measure.server_core():
            self.process = subprocess.Popen(
                ["node", PEERS / script, str(self.port), *words],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=open(folder / "log", "wb"),
                env={"PATH": os.environ["PATH"], "MODULES": str(MODULES),
                     "NODE_ENV": "production"})
        said = {}
        for text in self.process.stdout:
            if text.startswith(b"{"):
                said = json.loads(text)
                break
        if not said:
            raise measure.Fault((folder / "log").read_text())
        nginx.wait_port(self.port, self.process)
        self.side = Side(folder, self.port, said["path"], said["token"],
                         self.pids)

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(20)


class Postgres:
    """A cluster of its own, on loopback."""

    def __init__(self, folder):
        self.folder, self.port = folder, ports.free()
        folder.mkdir()
        programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not programs:
            raise measure.Fault("PostgreSQL is not installed")
        self.bin = programs[-1]
        self.who = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("_hfssop")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.who = ["setpriv", f"--reuid={user.pw_uid}",
                        f"--regid={user.pw_gid}", "--clear-groups"]
        data = folder / "data"
        subprocess.run(
            [*self.who, self.bin / "initdb", "-D", data, "-A", "trust",
             "-U", "bench", "--no-sync"], check=True, cwd="/",
            stdout=subprocess.DEVNULL)
        with measure.server_core():
            self.process = subprocess.Popen(
                [*self.who, self.bin / "postgres", "-D", data, "-p",
                 str(self.port), "-c", "listen_addresses=127.0.0.1", "-c",
                 f"unix_socket_directories={folder}"], cwd="/",
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=open(folder / "log", "wb"))
        nginx.wait_port(self.port, self.process)
        self.url = f"postgres://bench@127.0.0.1:{self.port}/postgres"

    def pids(self):
        """All that it has forked."""
        out = [self.process.pid]
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == self.process.pid:
                out.append(int(entry.name))
        return out

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def install():
    """npm's packages of the peers, once."""
    if (MODULES / "installed").exists():
        return
    MODULES.mkdir(parents=True, exist_ok=True)
    shutil.copy(PEERS / "package.json", MODULES)
    print("  installing npm's saml-jackson and scimmy", flush=True)
    done = subprocess.run(
        ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund",
         "--omit=dev", "--omit=optional", "--no-package-lock"], cwd=MODULES,
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise measure.Fault(done.stderr)
    (MODULES / "installed").touch()


def peers(folder):
    """Those to measure beside, by name; each to be stopped."""
    install()
    postgres = Postgres(folder / "postgres")
    on_disk = Peer(folder / "jackson-postgres", "jackson.mjs", postgres.url)
    alone = on_disk.pids
    on_disk.side.pids = lambda: alone() + postgres.pids()
    out = {"Jackson in memory": Peer(folder / "jackson", "jackson.mjs"),
           "Jackson, PostgreSQL": on_disk,
           "scimmy in memory": Peer(folder / "scimmy", "scimmy.mjs")}
    return out, [*out.values(), postgres]


def fill(path, first, last):
    """
    Copies of the last person that SCIM made, straight into the store while
    no daemon has it: nothing here knows what most columns mean.
    """
    import fill as f
    import sqlite3
    db = sqlite3.connect(path)
    account, = f.row(db, "account", "ORDER BY id DESC LIMIT 1")
    at = account["id"]
    member = f.row(db, "membership", f"WHERE account = {at}")
    model = person(int(account["external_id"][3:]))
    ids, step = [], 20000
    for begin in range(first, last, step):
        new = {t: [] for t in ("account", "name_used", "membership")}
        for number in range(begin, min(begin + step, last)):
            me, it = at + 1 + number, person(number)
            name = it["userName"]
            ids.append(f"{number:024x}")
            blob = account["scim"]
            for key in "userName", "displayName":
                blob = swap(blob, model[key], it[key])
            new["account"].append({
                **account, "id": me, "account": ids[-1],
                "name": f"bench-{number}", "folded": f"bench-{number}",
                "email": name, "email_folded": name, "username": name,
                "username_folded": name, "external_id": it["externalId"],
                "display_name": it["displayName"],
                "display_folded": it["displayName"].lower(),
                "scim": blob})
            new["name_used"].append({"folded": f"bench-{number}",
                                     "account": me})
            new["membership"] += [{**r, "account": me} for r in member]
        with db:
            for table, rows in new.items():
                if rows:
                    f.add(db, table, rows)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return ids


def swap(blob, old, new):
    """A string of the store's encoding: 32 bit length, octets, NUL."""
    def coded(text):
        octets = text.encode()
        return len(octets).to_bytes(4, "big") + octets + b"\0"
    if coded(old) not in blob:
        raise measure.Fault("the store's encoding is another one")
    return blob.replace(coded(old), coded(new))


def walk(side, count=1000):
    """A whole walk by cursors: how many there were, seconds, CPU."""
    before, began, seen = measure.cpu(side.pids()), time.monotonic(), 0
    conn = http.client.HTTPConnection("127.0.0.1", side.port)
    cursor = ""
    while True:
        conn.request("GET", f"{side.path}/Users?count={count}&cursor="
                     + urllib.parse.quote(cursor, safe=""), headers={
                         "Authorization": f"Bearer {side.token}"})
        answer = conn.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise measure.Fault(text.decode())
        page = json.loads(text)
        seen += len(page.get("Resources", []))
        cursor = page.get("nextCursor")
        if not cursor:
            return seen, time.monotonic() - began, \
                measure.cpu(side.pids()) - before
