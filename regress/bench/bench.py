"""
The rows of `make bench`, see run.  Each row measures pairs, ours and the
baseline in turn, checks every answer, and gives one line of the table or
more.  A wrong answer ends it with exit 1; a missed target does not: the
table says so.
"""
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import measure
import ports
import daemon as d
import forge as f
import apache
import baseline
import fill
import oidc
import saml
import scim_rows

ports.FIRST, ports.LAST = 19000, 19199

QUICK = False
PEOPLE = 32

ASK = ("GET /auth/request HTTP/1.1\r\nHost: {host}\r\n"
       "X-Original-URI: /models/some-model/blob/main/config.json?x=1\r\n"
       "X-Original-Method: GET\r\nX-Forwarded-Proto: https\r\n"
       "X-Forwarded-For: 192.0.2.7\r\n" + saml.AGENT +
       "Referer: https://{host}/models/some-model\r\n"
       "Cookie: {cookie}\r\n\r\n")


def pick(full, quick):
    return quick if QUICK else full


# --- the table ----------------------------------------------------------------

LINE = "{:<34} {:>12} {:>12} {:>7} {:>10}  {}"


def line(what, ours, theirs="", ratio="", target="", met=None):
    verdict = "" if met is None else "quick" if QUICK else \
        "met" if met else "missed"
    print(LINE.format(what, ours, theirs, ratio, target, verdict),
          flush=True)


def compared(what, ours, theirs, unit, target):
    got = measure.ratio(ours, theirs)
    line(what, f"{measure.median(ours, 'rate'):.0f} {unit}",
         f"{measure.median(theirs, 'rate'):.0f} {unit}",
         f"{got:.2f}", f">= {target}", got >= target)
    if os.environ.get("BENCH_PAIRS"):
        print("  pairs: " + ", ".join(
            f"{a['rate']:.0f}/{b['rate']:.0f}"
            for a, b in zip(ours, theirs)), flush=True)


def at_most(what, figure, unit, most):
    line(what, f"{figure:.1f} {unit}", "", "", f"<= {most}", figure <= most)


# --- the daemon ---------------------------------------------------------------

class Bench:
    """A daemon with one organization, and its identity provider."""

    def __init__(self, name, tls=False, provider=None):
        self.folder = d.scratch(name)
        self.settings = d.Settings(self.folder)
        self.settings.top = []
        self.idp = f.Idp("bench")
        metadata = self.folder / "idp.xml"
        metadata.write_text(self.idp.metadata())
        connection = d.Connection("sso", metadata) if provider is None \
            else provider.connection(self.folder, apache)
        self.settings.organizations = [d.Organization(
            "acme", [connection], d.ROLES)]
        self.settings.application("hub", ['organization "acme"'])
        self.key, self.certificate = d.write_pair(
            self.folder, "tls", d.ec_key())
        self.tls = ports.free()
        if tls:
            self.settings.listen.append(
                f"listen on 127.0.0.1 port {self.tls} for gate tls "
                f'certificate "{self.certificate}" key "{self.key}"')
        self.daemon = d.Daemon(self.settings, start=False)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.daemon.remove()
            raise
        return self

    def start(self):
        with measure.server_core():
            self.daemon.start()

    def __exit__(self, fault, *_):
        try:
            if fault is None:
                self.daemon.stop()
        finally:
            self.daemon.remove()

    def pids(self):
        return [p for some in self.daemon.pids().values() for p in some]

    def ask(self, cookie, user, folder=None):
        """A question of nginx's, and what its answer must hold."""
        host = self.settings.public.removeprefix("https://")
        return ASK.format(host=host, cookie=cookie).encode(), \
            f"\r\nRemote-User: {user}\r\n".encode()


# --- rows ---------------------------------------------------------------------

def forward_auth(rows):
    with Bench("bench-gate", tls=True) as bench:
        asks = []
        for number in range(PEOPLE):
            person = f.sign_in(bench.daemon, bench.idp, f"person-{number}",
                               what="assertion", groups=["nlp-team"])
            asks.append(bench.ask(d.session_of(
                person, bench.settings.public), f"person-{number}"))
        ours = measure.records(bench.folder / "ours", asks)
        theirs = measure.records(bench.folder / "theirs",
                                 [(ask, b"") for ask, _ in asks])
        nginx = baseline.Baseline(
            bench.folder / "nginx", ports.free(), ports.free(), bench.key,
            bench.certificate)
        try:
            for row in rows:
                forward_auth_row(bench, nginx, ours, theirs, row == "tls")
        finally:
            nginx.stop()


def forward_auth_row(bench, nginx, ours, theirs, tls):
    seconds = pick(2.5, 0.7)
    us, them = bench.pids(), nginx.pids()
    my_port = bench.tls if tls else bench.settings.gate
    its_port = nginx.tls if tls else nginx.plain
    a, b = measure.in_pairs(
        pick(7, 1),
        lambda: measure.load(my_port, ours, us, seconds, tls=tls),
        lambda: measure.load(its_port, theirs, them, seconds, tls=tls))
    what = "TLS" if tls else "HTTP"
    compared(f"forward-auth, {what}", a, b, "/s", 0.55 if tls else 0.8)
    for part in ("p50", "p99"):
        line(f"  {part} at 32 connections",
             f"{measure.median(a, part):.0f} us",
             f"{measure.median(b, part):.0f} us")


def logins(bench, count):
    """Prepare logins, measure them: ours and the bare loop."""
    documents, posts, size = saml.prepare(
        bench.daemon, bench.idp, bench.folder, count)
    ours = measure.load(bench.settings.browser, posts, bench.pids(),
                        status=303)
    key = bench.folder / "idp.pem"
    key.write_bytes(bench.idp.key.public_key().public_bytes(
        f.Encoding.PEM, f.PublicFormat.SubjectPublicKeyInfo))
    with measure.server_core():
        out = subprocess.run(
            [measure.OUT / "saml_baseline", key, documents,
             str(pick(1, 0.3))], check=True, capture_output=True,
            text=True).stdout.split()
    return ours, {"rate": int(out[1]) / float(out[3])}, size


def sign_in(_):
    count, rounds = pick((2000, 9), (300, 1))
    with Bench("bench-saml") as bench:
        new, bare, size = logins(bench, count)
        ours, theirs = [], []
        for _ in range(rounds):
            one, other, size = logins(bench, count)
            ours.append(one)
            theirs.append(other)
        listed = bench.daemon.show("show", "organizations")
        if f'"members": {count}' not in str(listed).replace("'", '"'):
            raise measure.Fault(f"not {count} members: {listed}")
        compared(f"SAML logins, {size} octets", ours, theirs, "/s", 0.45)
        line("  p50, p99 at 32 connections",
             f"{measure.median(ours, 'p50') / 1000:.1f} ms",
             f"{measure.median(ours, 'p99') / 1000:.1f} ms")
        line("  of new accounts", f"{new['rate']:.0f} /s",
             f"{bare['rate']:.0f} /s",
             f"{new['rate'] / bare['rate']:.2f}")


def callbacks(bench, provider, count):
    """Prepare logins, measure them: from code to cookie."""
    posts, size = provider.prepare(
        bench.settings.browser,
        bench.settings.public.removeprefix("https://"),
        "/organizations/acme/oidc/login",
        "/organizations/acme/oidc/consume", apache.CLIENT, saml.SESSION,
        count, 303)
    return measure.load(bench.settings.browser, posts, bench.pids(),
                        status=303), size


def its_callbacks(server, provider, count):
    posts, _ = provider.prepare(
        server.port, f"127.0.0.1:{server.port}", "/", apache.CALLBACK,
        apache.CLIENT, b"\r\nSet-Cookie: mod_auth_openidc_session=", count,
        302)
    return measure.load(server.port, posts, server.pids(), status=302)


def open_id(_):
    count, rounds = pick((2000, 7), (200, 1))
    folder = d.scratch("bench-oidc-provider")
    provider = oidc.Provider(folder, ports.free())
    server = apache.Apache(folder / "apache", ports.free(), provider.issuer)
    try:
        with Bench("bench-oidc", provider=provider) as bench:
            new, size = callbacks(bench, provider, count)
            its_callbacks(server, provider, count)
            ours, theirs = measure.in_pairs(
                rounds, lambda: callbacks(bench, provider, count)[0],
                lambda: its_callbacks(server, provider, count))
            listed = bench.daemon.show("show", "organizations")
            if f'"members": {count}' not in str(listed).replace("'", '"'):
                raise measure.Fault(f"not {count} members: {listed}")
        compared(f"OIDC callbacks, {size} octets", ours, theirs, "/s", 2)
        for part in ("p50", "p99"):
            line(f"  {part} at 32 connections",
                 f"{measure.median(ours, part) / 1000:.1f} ms",
                 f"{measure.median(theirs, part) / 1000:.1f} ms")
        line("  of new accounts", f"{new['rate']:.0f} /s")
    finally:
        server.stop()
        provider.stop()
        shutil.rmtree(folder, ignore_errors=True)


def memory(_):
    count = pick(100000, 3000)
    with Bench("bench-memory") as bench:
        time.sleep(pick(2, 0.2))
        at_most("memory, idle", measure.pss(bench.pids()), "MB", 40)
        f.sign_in(bench.daemon, bench.idp, "template", what="assertion",
                  groups=["nlp-team", "vision team"], roles=["hub-writers"])
        bench.daemon.stop()
        store, = [p for p in (bench.folder / "store").iterdir()
                  if p.read_bytes()[:6] == b"SQLite"]
        fill.fill(store, "template", count)
        with measure.server_core():
            began = time.monotonic()
            bench.daemon.start(timeout=60)
            took = time.monotonic() - began
        asks = measure.records(bench.folder / "asks", [
            bench.ask(fill.PREFIX + fill.cookie(n), f"person-{n}")
            for n in range(0, count, max(1, count // 1000))])
        measure.load(bench.settings.gate, asks)
        at_most(f"memory, {count} sessions", measure.pss(bench.pids()),
                "MB", 120)
        line("  ready with these", f"{took * 1000:.0f} ms")
        if os.environ.get("BENCH_PAIRS"):
            for name, pids in bench.daemon.pids().items():
                print(f"  {name}: {measure.pss(pids):.1f} MB")


def exec_to_ready(bench):
    """Milliseconds from exec until the log says that it is ready."""
    began = time.monotonic()
    process = subprocess.Popen(
        [d.BIN / "hfssod", "-d", "-f", bench.settings.conf, "-L", d.BIN],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, cwd="/", text=True)
    try:
        said = ""
        for text in process.stderr:
            said += text
            if re.search(r"\bready\b", text):
                took = (time.monotonic() - began) * 1000
                answer = bench.daemon.gate()
                if answer.status != 401:
                    raise measure.Fault(f"ready, but {answer.status}")
                return took
        raise measure.Fault(f"never ready:\n{said}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
        process.wait(20)


def ready(_):
    with Bench("bench-ready") as bench:
        bench.daemon.stop()
        at_most("exec to ready", statistics.median(
            exec_to_ready(bench) for _ in range(pick(10, 2))), "ms", 150)


def scim_beside(_):
    scim_rows.Rows(QUICK, line, compared, Bench).beside()


def scim_sizes(_):
    scim_rows.Rows(QUICK, line, compared, Bench).sizes()


ROWS = {"plain": forward_auth, "tls": forward_auth, "saml": sign_in,
        "oidc": open_id, "memory": memory, "ready": ready,
        "scim": scim_beside, "scim-size": scim_sizes}


def main(words):
    global QUICK
    QUICK = "quick" in words
    names = [w for w in words if w != "quick"] or list(ROWS)
    if not set(names) <= set(ROWS):
        sys.exit(f"rows are {' '.join(ROWS)}")
    print(LINE.format("per CPU second, all processes", "ours", "baseline",
                      "ratio", "target", ""))
    # An end from outside ends what was started here, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    done = set()
    for name in names:
        row = ROWS[name]
        if row in done:
            continue
        done.add(row)
        row([n for n in names if ROWS[n] is row])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (measure.Fault, AssertionError) as fault:
        sys.exit(f"bench: {fault}")
