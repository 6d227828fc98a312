"""The sandbox, seen from outside on the running daemon."""
import os
import pathlib
import pwd

import pytest

import daemon as d

USERS = {"hfssod-http": "_hfsso", "hfssod-verifier": "_hfssov",
         "hfssod-policy": "_hfssop", "hfssod-fetch": "_hfssof"}


def status(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines()
                if ":\t" in line)


@pytest.fixture(scope="module")
def children(forged_world):
    pids = forged_world.daemon.pids()
    pids.pop("hfssod")
    return [(name, pid) for name, some in pids.items() for pid in some]


def test_all_are_there(children):
    names = sorted(name for name, _ in children)
    assert set(names) == set(USERS)
    assert names.count("hfssod-http") == 3
    assert names.count("hfssod-policy") == 2


def test_system_calls_are_filtered(children):
    for name, pid in children:
        assert status(pid)["Seccomp"].strip() == "2", name
        assert status(pid)["NoNewPrivs"].strip() == "1", name


def test_no_capability(children):
    for name, pid in children:
        for what in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            assert int(status(pid)[what], 16) == 0, (name, what)


@pytest.mark.skipif(not d.ROOT, reason="users need root")
def test_users(children):
    for name, pid in children:
        user = pwd.getpwnam(USERS[name])
        assert status(pid)["Uid"].split() == [str(user.pw_uid)] * 4, name
        assert status(pid)["Gid"].split() == [str(user.pw_gid)] * 4, name
        assert set(status(pid)["Groups"].split()) <= {str(user.pw_gid)}


@pytest.mark.skipif(not d.ROOT, reason="chroot needs root")
def test_root_directory(children, forged_world):
    for name, pid in children:
        root = os.readlink(f"/proc/{pid}/root")
        assert root != "/", name
        if name == "hfssod-policy":
            assert root == str(forged_world.folder / "store")
        else:
            assert not list(pathlib.Path(f"/proc/{pid}/root/").iterdir())


@pytest.mark.skipif(d.SANITIZED, reason="sanitizers map a lot")
def test_no_memory_is_writable_and_executable(children):
    for name, pid in children:
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
        for line in maps.splitlines():
            assert "wx" not in line.split()[1], (name, line)


def test_no_core_and_no_tracing(children):
    for name, pid in children:
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        core = next(x for x in limits.splitlines() if "core file" in x)
        assert core.split()[4:6] == ["0", "0"], name
        # Not dumpable: its /proc files belong to root.
        assert pathlib.Path(f"/proc/{pid}/mem").stat().st_uid == 0


def test_descriptors(children):
    """Nobody holds what he has no business with."""
    for name, pid in children:
        for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            to = os.readlink(link)
            if to.startswith(("socket:", "anon_inode:", "pipe:", "/memfd:",
                              "/dev/null")):
                continue
            assert to.endswith("/log") or (
                name == "hfssod-policy" and "/store/" in to) or \
                to == "/dev/urandom" and name == "hfssod-policy", (name, to)


def test_nothing_but_the_listeners_is_open_to_the_network(forged_world):
    s = forged_world.settings
    wanted = {s.browser, s.gate, s.api}
    pids = {p for some in forged_world.daemon.pids().values() for p in some}
    inodes = set()
    for pid in pids:
        for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            to = os.readlink(link)
            if to.startswith("socket:["):
                inodes.add(to[8:-1])
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text(
                ).splitlines()[1:]:
            part = line.split()
            if part[9] in inodes and part[3] == "0A":
                ports.add(int(part[1].rsplit(":", 1)[1], 16))
    assert ports == wanted


def test_hfssoctl_names_the_layers(forged_world):
    for process in forged_world.daemon.processes():
        if (process.get("kind") or process.get("name")) == "parent":
            continue
        layers = str(process)
        for layer in ("seccomp", "no new priv", "limits"):
            assert layer in layers.replace("_", " "), process
        assert "chroot" in layers or "landlock" in layers


def test_environment_and_arguments_hold_nothing(children):
    for name, pid in children:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        assert len(words.strip(b"\0").split(b"\0")) <= 2, (name, words)
