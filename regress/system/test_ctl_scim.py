"""
hfssoctl's commands of SCIM: what they print, who may ask how much, and
that no question of anybody ends a process.
"""
import os
import re
import shutil
import struct
import subprocess
import time

import pytest

import daemon as d
import forge as f
import http_alone as h
import scim as s
from test_ctl import control, frame, hello_of

RELINK = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def site():
    from conftest import World
    world = World("ctl-scim")
    world.settings.organizations = [
        d.Organization("acme", [world.connection("forge")],
                       [*d.ROLES, 'resource group { "spaces" }',
                        'role map scim-role "x" to read']),
        d.Organization("guild", [world.connection("gate", *s.TRUST)],
                       ["mode basic"]),
        d.Organization("pair", [world.connection("one"),
                                world.connection("two")], d.ROLES)]
    world.start()
    yield world
    world.end()


@pytest.fixture(autouse=True)
def nobody_ends(site):
    def restarts():
        return {p["name"]: p["restarts"] for p in site.daemon.processes()}
    before = restarts()
    yield
    assert restarts() == before


def done(site, *words):
    told = site.daemon.ctl("-f", *words)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def fails(site, says, *words, status=1):
    told = site.daemon.ctl("-f", *words)
    assert told.returncode == status, told.stdout + told.stderr
    assert says in told.stderr, told.stderr


# --- what is printed ---------------------------------------------------------

def test_a_token_is_printed_once(site):
    text = done(site, "token", "create", "acme", "-name", "ci")
    token = re.search(r"^Token +(hfscim_[\w-]{43})$", text, re.M)[1]
    ident = re.search(r"^Token id +([0-9a-f]{16})$", text, re.M)[1]
    assert re.search(r"^Tenant URL +https://\S+/api/organizations/acme/"
                     r"scim/v2$", text, re.M), text
    assert "shown this once" in text
    listed = done(site, "show", "tokens", "acme")
    assert ident in done(site, "token", "list", "acme")
    assert ident in listed and token[-4:] in listed
    assert token not in listed
    assert max(map(len, listed.splitlines())) <= 80, listed
    # Parent has passed it on, and keeps nothing of it.
    assert token[7:] not in site.daemon.log()
    told = site.daemon.show("token", "rotate", "acme", ident)
    assert told["token"] != token and told["token"].startswith("hfscim_")
    assert done(site, "token", "revoke", "acme", ident)
    fails(site, "no such token", "token", "revoke", "acme", "0" * 16)


def test_it_asks_before_what_hurts(site):
    for words in (("token", "revoke", "acme", "x"),
                  ("member", "delete", "acme", "x"),
                  ("member", "deactivate", "acme", "x"),
                  ("member", "unlink", "acme", "x"),
                  ("scim", "release", "acme")):
        told = site.daemon.ctl(*words)
        assert told.returncode == 1
        assert "needs -f" in told.stderr, told.stderr


@pytest.mark.parametrize("words, says", [
    (("token", "create", "acme", "-what"), "not valid here"),
    (("token", "create", "-name", "x"), "valid arguments are ORG"),
    (("token", "create", "acme", "-expires"), "-expires needs TIME"),
    (("member", "relink", "acme"), "-f FILE is missing"),
    (("member", "relink", "acme", "-to", "x"), "-f FILE is missing"),
    (("show", "tokens", "acme", "-j"), "stands before the command"),
])
def test_usage(site, words, says):
    fails(site, says, *words, status=2)


def test_a_resource_group_of_the_configuration(site):
    """No map names it, and it is there to be granted."""
    done(site, "member", "add", "acme", "gerd")
    done(site, "member", "grant", "acme", "gerd", "spaces", "write")
    shown = site.daemon.show("show", "member", "acme", "gerd")
    assert [(g["group"], g["role"]) for g in shown["resource_groups"]] == [
        ("spaces", "write")]
    done(site, "member", "ungrant", "acme", "gerd", "spaces")
    fails(site, "no such resource group", "member", "grant", "acme", "gerd",
          "none", "read")


def member(site, organization, name):
    return site.daemon.show("show", "member", organization, name)


def test_member_add_says_the_name(site):
    """Which the next command wants; a userName can be anything."""
    told = done(site, "member", "add", "acme", "Anna Berg")
    name = re.match(r"(Anna-Berg-\w+) is made, as [0-9a-f]{24}$", told)[1]
    assert member(site, "acme", name)["name"] == name
    fails(site, "-connection says which", "member", "add", "pair", "anna")


def test_who_walked_in_is_restored_as_a_member(site):
    f.sign_in(site.daemon, site.idps["forge"], "walter")
    done(site, "member", "delete", "acme", "walter")
    done(site, "member", "restore", "acme", "walter")
    told = member(site, "acme", "walter")
    assert (told["active"], told["role"]) == (True, "read")


def test_what_sign_ins_are_matched_to(site):
    """Which one wants to see when linking fails."""
    told = done(site, "member", "add", "acme", "Lena Lang", "-external",
                "lena-1")
    name = re.match(r"(\S+) is made", told)[1]
    client = s.Client(site, "acme", site.daemon.show(
        "token", "create", "acme")["token"])
    client.user("lorenz")
    told = member(site, "acme", name)
    assert (told["user_name"], told["external_id"], told["connection"],
            told["linked"], told["identities"]) == (
        "Lena Lang", "lena-1", "forge", None, [])
    assert "invitation" not in told
    text = done(site, "show", "member", "acme", name)
    for line in ("user name +Lena Lang", "external id +lena-1",
                 "connection +forge", "linked +-"):
        assert re.search(f"^{line}$", text, re.M), text
    told = member(site, "acme", "lorenz")
    assert (told["user_name"], told["external_id"]) == ("lorenz", "")
    f.sign_in(site.daemon, site.idps["forge"], "lena-1")
    told = member(site, "acme", name)
    assert told["linked"] is not None
    assert [(x["connection"], x["subject"]) for x in told["identities"]] == [
        ("forge", "lena-1")]
    done(site, "member", "unlink", "acme", name)
    assert member(site, "acme", name)["linked"] is None


def test_who_is_invited_is_shown(site):
    client = s.Client(site, "guild", site.daemon.show(
        "token", "create", "guild")["token"], base=s.BASIC)
    done(site, "account", "add", "ida", "ida@example.org")
    ident = client.user("ida", externalId="ida-1")["id"]
    client.user("nobody-yet", externalId="ny-1")
    told = member(site, "guild", "ida")
    assert (told["user_name"], told["external_id"], told["connection"],
            told["linked"], told["invitation"]) == (
        "ida", "ida-1", "gate", None, "pending")
    told = member(site, "guild", "nobody-yet")
    assert (told["account"], told["external_id"], told["invitation"]) == (
        "", "ny-1", "pending")
    fails(site, "no such member", "show", "member", "acme", "ida")
    f.sign_in(site.daemon, site.idps["gate"], "ida-1", organization="guild",
              email="ida@example.org")
    told = member(site, "guild", "ida")
    assert told["linked"] is not None and told["invitation"] == "active"
    client.patch(f"/Users/{ident}", ("replace", "active", False))
    told = member(site, "guild", "ida")
    assert (told["active"], told["invitation"]) == (False, "inactive")
    assert client.delete(f"/Users/{ident}").status == 204
    fails(site, "no such member", "show", "member", "guild", "ida")
    for user in client.get("/Users").json["Resources"]:
        client.delete(f"/Users/{user['id']}")


def test_a_basic_organization(site):
    """A member of it is inactive there, whatever else he is."""
    done(site, "account", "add", "greta", "greta@example.org")
    assert "is invited" in done(site, "member", "add", "guild", "greta",
                                "-external", "g-1")
    f.sign_in(site.daemon, site.idps["gate"], "g-1", organization="guild",
              email="greta@example.org")
    assert member(site, "guild", "greta")["active"] is True
    done(site, "member", "deactivate", "guild", "greta")
    assert member(site, "guild", "greta")["active"] is False
    listed = site.daemon.show("show", "members", "guild")
    assert [m["active"] for m in listed] == [False]
    done(site, "member", "reactivate", "guild", "greta")
    assert member(site, "guild", "greta")["active"] is True
    # Nobody has that account.
    client = s.Client(site, "guild", site.daemon.show(
        "token", "create", "guild")["token"], base=s.BASIC)
    client.user("nemo", externalId="n-1")
    told = site.daemon.show("show", "scim-log", "guild")[0]
    assert "userName" in told["changed"] and "externalId" in told["changed"]
    drift = site.daemon.show("show", "drift", "guild")
    assert [(x["what"], x["member"]) for x in drift] == [("orphan", "nemo")]


def test_links_say_what_is_missing(site):
    client = s.Client(site, "acme", site.daemon.show(
        "token", "create", "acme")["token"])
    client.group("Linkers")
    words = ("acme", "Linkers", "spaces")
    fails(site, "no such SCIM group", "scim", "link", "acme", "none",
          "spaces", "read")
    fails(site, "no such resource group", "scim", "link", "acme", "Linkers",
          "none", "read")
    fails(site, "valid roles are", "scim", "link", *words, "none")
    fails(site, "not linked", "scim", "unlink", *words)
    assert "is now read in spaces" in done(site, "scim", "link", *words,
                                           "read")
    assert "nothing in spaces" in done(site, "scim", "unlink", *words)
    done(site, "member", "add", "acme", "linus")
    done(site, "member", "grant", "acme", "linus", "spaces", "read")
    fails(site, "-adopt", "scim", "link", *words, "read")
    assert "taken back" in done(site, "member", "ungrant", "acme", "linus",
                                "spaces")


def test_relink_of_one_names_the_new_subject(site):
    for name in ("rita", "rolf"):
        done(site, "member", "add", "acme", name, "-external", f"sub-{name}")
    fails(site, "sub-rolf: it is somebody else's", "member", "relink",
          "acme", "rita", "sub-rolf")


# --- the file of relink ------------------------------------------------------

def pairs(site, text):
    path = site.folder / "pairs"
    path.write_text(text)
    return path


def test_relink_file(site):
    for name in ("rosa", "rudi"):
        done(site, "member", "add", "acme", name, "-external", f"old-{name}")
    path = pairs(site, "# old,new\nold-rosa,new-rosa\n\nold-rudi,new-rudi\n")
    words = ("member", "relink", "acme", "-f", path)
    # Looking needs no answer to a question, and changes nothing.
    told = site.daemon.ctl(*words, "-n")
    assert told.returncode == 0, told.stderr
    assert site.daemon.show("-f", *words, "-n")["pairs"] == 2
    done(site, *words)
    fails(site, "old-rosa", *words)
    # Standard input is a file, too.
    told = site.daemon.ctl("-f", "member", "relink", "acme", "-f", "-",
                           stdin="new-rosa,rosa\nnew-rudi,rudi\n")
    assert told.returncode == 0, told.stderr


def test_relink_is_all_or_nothing(site):
    done(site, "member", "add", "acme", "romy", "-external", "old-romy")
    path = pairs(site, "old-romy,new-romy\nnobody,nobody-2\n")
    fails(site, "nobody", "member", "relink", "acme", "-f", path)
    done(site, "member", "relink", "acme", "-f",
         pairs(site, "old-romy,old-romy-2\n"))


def test_relink_file_with_a_mark(site):
    """Of UTF-8, as some programs begin a file."""
    done(site, "member", "add", "acme", "ruth", "-external", "old-ruth")
    done(site, "member", "relink", "acme", "-f",
         pairs(site, "\ufeffold-ruth,new-ruth\r\n"))


@pytest.mark.parametrize("text, says", [
    ("a,b\nc\n", "pairs:2: is not two subjects"),
    ("a,b\na,c\n", "pairs:2: the old subject is also in line 1"),
    ("a,b\n\"c,d\n", "pairs:2: a quote does not end"),
    ("# nobody\n", "nobody is in it"),
])
def test_relink_file_malformed(site, text, says):
    path = pairs(site, text)
    fails(site, says, "member", "relink", "acme", "-f", path)
    told = site.daemon.ctl("member", "relink", "acme", "-f", path, "-n")
    assert told.returncode == 1


def test_relink_of_many_people(site):
    """A question of megabytes arrives, and is answered."""
    text = "".join(f"{'old-%06d' % n:_<60},new-{n}\n" for n in range(50000))
    began = time.monotonic()
    told = site.daemon.ctl("-f", "member", "relink", "acme", "-f",
                           pairs(site, text))
    assert told.returncode == 1
    assert "nobody has it" in told.stderr, told.stderr
    assert time.monotonic() - began < 20 * d.SLOW


def test_connections_of_relink(site):
    path = pairs(site, "a,b\n")
    for more in (("-connection", "none"), ("-to", "none")):
        fails(site, "connection", "member", "relink", "acme", "-f", path,
              *more)


# --- who may ask, and what ---------------------------------------------------

QUESTIONS = [
    "account_add", "connection_rename", "member_add", "member_deactivate",
    "member_delete", "member_grant", "member_reactivate", "member_relink",
    "member_rename", "member_restore", "member_ungrant", "member_unlink",
    "scim_link", "scim_release", "scim_unlink", "show_drift", "show_dry_run",
    "show_group", "show_groups", "show_scim_log", "show_tokens",
    "token_create", "token_revoke", "token_rotate"]


def question(organization="", name="", value="", after="", options=()):
    def text(s):
        return struct.pack(">I", len(s)) + s.encode() + b"\0"
    return (text(organization) + text(name) + text("") + text(value) +
            text(after) + b"\0" + struct.pack(">I", len(options)) +
            b"".join(map(text, options)))


def verdict(sock):
    answer = b""
    while len(answer) < 18:
        answer += sock.recv(65536)
    return struct.unpack(">H", answer[16:18])[0]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_malformed_question_ends_nobody(site, name):
    hello = hello_of(site.folder)
    for body in (b"", b"\xff" * 40, b"\0" * 50,
                 question(options=["x"])[:-1], question() + b"\0"):
        with control(site, hello) as sock:
            sock.sendall(frame(name, body))
            assert verdict(sock) == h.VERDICTS["bad_request"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_nonsense_ends_nobody(site, name):
    """Well-formed, and of no use."""
    hello = hello_of(site.folder)
    for body in (question(), question("nowhere", "x", "y"),
                 question("acme"), question("acme", "\\", "\x7f"),
                 question("acme", "x" * 256, "y" * 1024, "z" * 1024),
                 question("acme", "none", "none", "none", [
                     "", "=", "old=a", "days=-1", "expires=x", "from=::/999",
                     "profile=", "rights=,", "overlap=-9", "rate=1e9",
                     "connection=none", "to=none", "check=2"])):
        with control(site, hello) as sock:
            sock.sendall(frame(name, body))
            verdict(sock)


def test_one_question_is_long(site):
    """As long as the table says, no longer, and no other one."""
    hello = hello_of(site.folder)
    many = question("acme", options=["old=" + "x" * 1000] * 8000)
    for name, body, answered in (
            ("member_relink", many, True),
            ("member_add", many, False),
            ("member_relink", b"\0" * (RELINK + 1), False)):
        with control(site, hello) as sock:
            try:
                sock.sendall(frame(name, body))
                assert (sock.recv(65536) != b"") == answered, name
            except (BrokenPipeError, ConnectionResetError):
                assert not answered, name


@pytest.mark.skipif(not d.ROOT, reason="needs root")
def test_a_member_of_the_group_asks_shortly(make_world):
    """The socket's group may ask, and can't fill parent's memory."""
    site = make_world("ctl-group", start=False)
    site.settings.organizations = [
        d.Organization("acme", [site.connection("forge")], d.ROLES)]
    text = site.settings.text
    site.settings.text = lambda: re.sub(
        r"^(control socket .*)$", r'\1 group "nogroup"', text(), flags=re.M)
    site.start()
    os.chmod(site.folder, 0o755)
    # Its own copy: the tree may be closed to others.
    ctl = site.folder / "hfssoctl"
    shutil.copy(d.BIN / "hfssoctl", ctl)
    for count, says in ((10, "nobody has it"), (5000, "refuses this user")):
        path = pairs(site, "".join(
            f"{'old-%d' % n:_<60},new-{n}\n" for n in range(count)))
        path.chmod(0o644)
        told = subprocess.run(
            ["setpriv", "--reuid=nobody", "--regid=nogroup",
             "--clear-groups", ctl, "-s", site.folder / "control.sock", "-f",
             "member", "relink", "acme", "-f", path], capture_output=True,
            text=True, timeout=30, check=False)
        assert told.returncode != 0
        assert says in told.stderr, told.stderr
    assert "uid 65534 sent something wrong" in site.daemon.log()
