"""
Every acknowledged write of SCIM survives kill -9 of all processes at any
moment.  A few clients write and remember what was acknowledged; after each
fall it is there, and of what was under way all or nothing.

SCIM_KILLS says how many times, SCIM_SEED repeats the moments.
"""
import os
import random
import signal
import threading
import time

import pytest

import daemon as d
import scim as s

KILLS = int(os.environ.get("SCIM_KILLS", "50"))
UNKNOWN = object()


class Writer(threading.Thread):
    """
    Writes to Users of its own and to one group that all share.  state is
    what the last acknowledged write left, coming what the one under way
    would leave; None: not there.
    """

    def __init__(self, client, number, group, seed):
        super().__init__(daemon=True)
        self.client, self.number, self.group = client, number, group
        self.client.patient = False
        self.chance = random.Random(seed)
        self.users = {}         # id -> attributes
        self.deleted = set()
        self.members = set()    # of the group, of ours
        self.pending = None     # (what, id or name, attributes)
        self.serial = self.done = 0
        self.wrong = []
        self.stop = threading.Event()

    def run(self):
        while not self.stop.is_set():
            try:
                self.once()
            except OSError:
                return          # they are dead
            except Exception as fault:
                if "Incomplete" in repr(fault) or "BadStatus" in \
                        repr(fault) or "RemoteDisconnected" in repr(fault):
                    return
                self.wrong.append(repr(fault))
                return

    def once(self):
        kind = self.chance.random()
        if kind < 0.3 or not self.users:
            self.create()
        elif kind < 0.55:
            self.patch()
        elif kind < 0.65:
            self.put()
        elif kind < 0.72:
            self.delete()
        else:
            self.member()

    def acknowledged(self, answer, *status):
        if answer.status == 503:
            raise ConnectionResetError
        assert answer.status in status, answer
        self.done += 1

    def create(self):
        self.serial += 1
        name = f"w{self.number}-{self.serial}"
        sent = {"userName": name, "title": "made", "externalId": name,
                "active": True}
        self.pending = ("create", name, sent)
        answer = self.client.post("/Users", {"schemas": [s.USER], **sent})
        self.acknowledged(answer, 201)
        self.users[answer.json["id"]] = sent
        self.pending = None

    def patch(self):
        one = self.chance.choice(list(self.users))
        self.serial += 1
        after = {**self.users[one], "title": f"patched {self.serial}",
                 "active": self.chance.random() < 0.5}
        self.pending = ("change", one, after)
        self.acknowledged(self.client.patch(
            f"/Users/{one}", ("replace", "title", after["title"]),
            ("replace", "active", after["active"])), 200, 204)
        self.users[one] = after
        self.pending = None

    def put(self):
        one = self.chance.choice(list(self.users))
        self.serial += 1
        after = {**self.users[one], "title": f"put {self.serial}",
                 "active": True}
        self.pending = ("change", one, after)
        self.acknowledged(self.client.put(f"/Users/{one}", {
            "schemas": [s.USER], **after}), 200)
        self.users[one] = after
        self.pending = None

    def delete(self):
        one = self.chance.choice(list(self.users))
        self.pending = ("change", one, None)
        self.acknowledged(self.client.delete(f"/Users/{one}"), 204)
        self.forget(one)
        self.pending = None

    def forget(self, one):
        del self.users[one]
        self.deleted.add(one)
        self.members.discard(one)

    def member(self):
        one = self.chance.choice(list(self.users))
        if one in self.members:
            op = ("remove", f'members[value eq "{one}"]')
        else:
            op = ("add", "members", [{"value": one}])
        self.pending = ("member", one, None)
        self.acknowledged(self.client.patch(
            f"/Groups/{self.group}", op), 204, 200)
        self.members ^= {one}
        self.pending = None

    # Afterwards.

    def settle(self, client):
        """What was under way has happened or not; find out which."""
        if self.pending is None:
            return
        what, one, after = self.pending
        self.pending = None
        if what == "create":
            found = client.one(one)
            if found is not None:
                self.check(found, after)
                self.users[found["id"]] = after
        elif what == "change":
            answer = client.get(f"/Users/{one}")
            if answer.status == 404:
                assert after is None, f"{one} is gone"
                self.forget(one)
                return
            if self.equal(answer.json, self.users[one]):
                return
            assert after is not None, answer
            self.check(answer.json, after)
            self.users[one] = after
        else:
            self.members -= {one}
            if one in client.members(self.group):
                self.members.add(one)

    @staticmethod
    def equal(found, want):
        return all(found.get(k) == v for k, v in want.items())

    def check(self, found, want):
        assert self.equal(found, want), (found, want)

    def verify(self, client, every=False):
        """All that was acknowledged; or a few, and what is newest."""
        held = list(self.users.items())
        if not every:
            held = held[-5:] + self.chance.sample(held, min(5, len(held)))
        for one, want in held:
            answer = client.get(f"/Users/{one}")
            assert answer.status == 200, (one, want, answer)
            self.check(answer.json, want)
        gone = list(self.deleted)
        for one in gone if every else self.chance.sample(
                gone, min(3, len(gone))):
            assert client.get(f"/Users/{one}").status == 404, one


def gone(pid):
    """Also when only nobody has asked yet how it ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii",
                  errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def fall(daemon):
    """All at once, the parent first, so that it starts nobody again."""
    pids = {p for some in daemon.pids().values() for p in some}
    for pid in [daemon.process.pid, *(pids - {daemon.process.pid})]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    daemon.process.wait()
    daemon.process = None
    end = time.monotonic() + 5
    while not all(gone(p) for p in pids):
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.plain_only
def test_nothing_acknowledged_is_lost():
    seed = int(os.environ.get("SCIM_SEED") or random.randrange(1 << 32))
    chance = random.Random(seed)
    site = s.Site("kill", "acme")
    # Only SCIM is waited for after a start.
    site.settings.reachable = False
    site.start()
    kills = 0
    try:
        client = site.client("acme", tokens=8)
        group = client.group("Shared")["id"]
        writers = [Writer(client.twin(), n, group, chance.random())
                   for n in range(3)]
        while kills < KILLS:
            for n, old in enumerate(writers):
                fresh = Writer(client.twin(), n, group, chance.random())
                for name in ("users", "deleted", "members", "serial",
                             "done"):
                    setattr(fresh, name, getattr(old, name))
                writers[n] = fresh
                fresh.start()
            time.sleep(chance.uniform(0.02, 0.3))
            fall(site.daemon)
            kills += 1
            for one in writers:
                one.stop.set()
            for one in writers:
                one.join(20)
                assert not one.wrong, one.wrong
                one.client.close()
            site.daemon.start()
            client.close()
            for one in writers:
                one.settle(client)
                one.verify(client)
            members = set().union(*[x.members for x in writers])
            assert client.members(group) == members
        for one in writers:
            one.verify(client, every=True)
        held = sum(len(x.users) for x in writers)
        assert client.find("Users", count=0)["totalResults"] == held
    finally:
        print(f"seed {seed}: {kills} kills, "
              f"{sum(x.done for x in writers)} writes acknowledged")
        site.end()
    assert sum(x.done for x in writers) > 2 * kills


@pytest.mark.plain_only
@pytest.mark.parametrize("victim", ["hfssod-policy", "hfssod-http"])
def test_one_process_falls(victim):
    """The daemon goes on by itself, and so does the client."""
    site = s.Site(f"fall-{victim[7:]}", "acme")
    site.start()
    site.daemon.falls = True
    try:
        client = site.client("acme", tokens=4)
        group = client.group("Shared")["id"]
        old = Writer(client.twin(), 0, group, 1)
        for _ in range(4):
            new = Writer(client.twin(), 0, group, old.chance.random())
            for name in ("users", "deleted", "members", "serial", "done"):
                setattr(new, name, getattr(old, name))
            old = new
            new.start()
            time.sleep(0.25)
            for pid in site.daemon.pids()[victim]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.1)
            new.stop.set()
            new.join(20)
            assert not new.wrong, new.wrong
            new.client.close()
            s.until(lambda: answers(client), 8)
            new.settle(client)
            new.verify(client, every=True)
            assert client.members(group) == new.members
        assert old.done > 20
    finally:
        site.end()


def answers(client):
    try:
        return client.get("/Users", {"count": "0"}).status == 200
    except OSError:
        return False


@pytest.mark.plain_only
def test_a_large_group_in_parts():
    """Killed within a PUT of many members: the old or the new ones."""
    site = s.Site("parts", "acme")
    site.settings.reachable = False
    site.start()
    try:
        client = site.client("acme", tokens=8)
        people = s.crowd(client, 3000)
        held = set(people[:2500])
        group = client.group("Parts", *people[:2500])["id"]
        other = set(people[500:])
        for n in range(6):
            mine = client.twin()
            mine.patient = False
            done = []

            def put():
                try:
                    done.append(mine.put(
                        f"/Groups/{group}", s.group("Parts", *other),
                        {"attributes": "id"}).status)
                except Exception:
                    pass
            thread = threading.Thread(target=put)
            thread.start()
            time.sleep(0.01 + 0.04 * n)
            fall(site.daemon)
            thread.join()
            site.daemon.start()
            client.close()
            now = client.members(group)
            assert now == other if done == [200] else now in (held, other)
            if now == other:
                held, other = other, held
    finally:
        site.end()
