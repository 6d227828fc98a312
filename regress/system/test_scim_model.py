"""
SCIM against a model: random operations on the real server and on one in
memory, whose answers must be the same; at intervals all that there is is
compared.  Once the ones that have found a fault, once any; SCIM_SEED repeats
a run, SCIM_SECONDS makes it longer.
"""
import copy
import json
import os
import random
import re
import time

import pytest

import daemon as d
import scim as s

E = s.ENTERPRISE
SECONDS = float(os.environ.get("SCIM_SECONDS", "12"))
# What has found a fault, and any.
SEEDS = [3754467867, 0]
TEXTS = ["a", "B", "b", "Zo\u00eb", "x y", "\u5f20", "0", "longer text", "A"]
SIMPLE = ["title", "nickName", "displayName", "locale"]
TYPES = ["work", "home", "other", None]


def fold(text):
    return text.casefold()


# --- the model ---------------------------------------------------------------

class Refused(Exception):
    def __init__(self, status, kind=None):
        super().__init__(status, kind)
        self.status, self.kind = status, kind


class Model:
    """
    Users and groups as a client sees them.  A write works on a copy, which
    takes the place of the old one when nothing was refused.
    """

    def __init__(self):
        self.users, self.groups, self.versions = {}, {}, {}

    # What is stored.

    @staticmethod
    def clean(sent):
        """Nulls and what is empty go."""
        out = {}
        for name, value in sent.items():
            if name in ("schemas", "id", "meta", "groups"):
                continue
            if isinstance(value, dict):
                value = Model.clean(value)
            if isinstance(value, list):
                value = Model.different(map(Model.clean, value))
            if value is None or value in ("", {}, []):
                continue
            out[name] = value
        return out

    @staticmethod
    def different(values):
        """None is empty, or the same as one before it."""
        out = []
        for one in values:
            if one and not any(Model.same(one, x) for x in out):
                out.append(one)
        return out

    def check_user(self, user, identifier=None):
        for other, one in self.users.items():
            if other == identifier:
                continue
            if fold(one["userName"]) == fold(user["userName"]):
                raise Refused(409, "uniqueness")
            if user.get("externalId") is not None and \
                    one.get("externalId") == user["externalId"]:
                raise Refused(409, "uniqueness")

    def check_group(self, group, identifier=None):
        taken = any(
            other != identifier and fold(one["displayName"]) ==
            fold(group["displayName"]) for other, one in self.groups.items())
        try:
            self.check_members(group, identifier)
        except Refused:
            # Of two faults either may be told.
            raise Refused(None) if taken else Refused(
                400, "invalidValue") from None
        if taken:
            raise Refused(409, "uniqueness")

    def check_members(self, group, identifier=None):
        for one in group["members"]:
            if one not in self.users and one not in self.groups:
                raise Refused(400, "invalidValue")
            if identifier and one in self.groups and \
                    identifier in self.below(one):
                raise Refused(400, "invalidValue")

    def below(self, identifier):
        """The groups within a group, and itself."""
        out, todo = set(), [identifier]
        while todo:
            one = todo.pop()
            if one in self.groups and one not in out:
                out.add(one)
                todo += self.groups[one]["members"]
        return out

    def of(self, what, identifier):
        held = self.users if what == "Users" else self.groups
        if identifier not in held:
            raise Refused(404)
        return held[identifier]

    # Requests.

    def prepared(self, what, sent):
        made = self.clean(sent)
        if what == "Users":
            if "userName" not in made:
                raise Refused(400, "invalidValue")
        else:
            made["members"] = {x["value"] for x in made.get("members", [])}
            if "displayName" not in made:
                raise Refused(400, "invalidValue")
        return made

    def create(self, what, sent):
        made = self.prepared(what, sent)
        if what == "Users":
            made.setdefault("active", True)
            self.check_revived(made)
            self.check_user(made)
        else:
            self.check_group(made)
        return made

    def check_revived(self, made):
        """An inactive one of that externalId is no conflict."""
        for one in self.users.values():
            if made.get("externalId") is not None and \
                    one.get("externalId") == made["externalId"] and \
                    not one["active"]:
                raise Revived

    def put(self, what, identifier, sent):
        old = self.of(what, identifier)
        made = self.prepared(what, sent)
        if what == "Users":
            made.setdefault("active", old["active"])
            self.check_user(made, identifier)
        else:
            self.check_group(made, identifier)
        return made

    def patch(self, what, identifier, operations):
        made = copy.deepcopy(self.of(what, identifier))
        for op, path, value in operations:
            for name, one in value.items() if path is None else \
                    [(path, value)]:
                self.change(made, op, name, one)
            if what == "Groups":
                self.check_members(made, identifier)
        if what == "Users":
            active = made["active"]
            made = self.clean(made)
            made["active"] = active
            if "userName" not in made:
                raise Refused(400)
            self.check_user(made, identifier)
        else:
            self.check_group(made, identifier)
        return made

    def change(self, made, op, path, value):
        found = re.fullmatch(r'(\w+)\[(\w+) eq "(.*)"\](?:\.(\w+))?', path)
        if path == "members" or path.startswith("members["):
            self.change_members(made, op, found, value)
        elif found:
            self.change_chosen(made, op, found.groups(), value)
        elif path == "emails":
            self.change_emails(made, op, value)
        elif path.startswith(E + ":"):
            self.change_within(made, op, E, path[len(E) + 1:], value)
        elif "." in path:
            self.change_within(made, op, *path.split("."), value)
        elif op == "remove":
            if path in ("userName", "displayName") and path in self.needed(
                    made):
                raise Refused(400, "mutability")
            made.pop(path, None)
        else:
            made[path] = value

    @staticmethod
    def needed(made):
        return ("userName",) if "userName" in made else ("displayName",)

    @staticmethod
    def change_within(made, op, name, sub, value):
        part = made.setdefault(name, {})
        if op == "remove":
            part.pop(sub, None)
        else:
            part[sub] = value
        if not part:
            del made[name]

    @staticmethod
    def one_primary(values, new):
        if any(x.get("primary") for x in new):
            for one in values:
                if not any(one is x for x in new):
                    one.pop("primary", None)

    def change_emails(self, made, op, value):
        if op == "remove":
            made.pop("emails", None)
            return
        value = copy.deepcopy(value)
        if op == "replace":
            made["emails"] = value
            return
        held = made.setdefault("emails", [])
        for one in value:
            if not any(self.same(one, x) for x in held):
                held.append(one)
                self.one_primary(held, [one])

    @staticmethod
    def same(one, two):
        return {k: fold(v) if isinstance(v, str) else v
                for k, v in one.items()} == {
            k: fold(v) if isinstance(v, str) else v for k, v in two.items()}

    def change_chosen(self, made, op, found, value):
        name, attribute, wanted, sub = found
        held = made.get(name, [])
        chosen = [x for x in held
                  if fold(x.get(attribute, "\0")) == fold(wanted)]
        if not chosen:
            if op != "add":
                raise Refused(400, "noTarget")
            chosen = [{attribute: wanted}]
            made[name] = held = held + chosen
        if op == "remove" and sub is None:
            made[name] = [x for x in held if not any(
                x is y for y in chosen)]
            return
        for one in chosen:
            if op == "remove":
                one.pop(sub, None)
            else:
                one[sub] = value
        if sub == "primary" and value is True and op != "remove":
            self.one_primary(held, chosen[-1:])

    def change_members(self, made, op, found, value):
        named = {found.group(3)} if found else \
            {x["value"] for x in value or ()}
        if op == "add":
            made["members"] |= named
        elif op == "replace":
            made["members"] = named
        elif found:
            if not named & made["members"]:
                raise Refused(400, "noTarget")
            made["members"] -= named
        else:
            made["members"] = set()

    def keep(self, what, identifier, made):
        (self.users if what == "Users" else self.groups)[identifier] = made

    def delete(self, what, identifier):
        self.of(what, identifier)
        (self.users if what == "Users" else self.groups).pop(identifier)
        for one in self.groups.values():
            one["members"].discard(identifier)


class Revived(Exception):
    """What a POST brings back; left to a test of its own."""


# --- how both are compared ---------------------------------------------------

def told(resource):
    """A resource of the server's in the model's form."""
    out = {k: v for k, v in resource.items()
           if k not in ("schemas", "id", "meta", "groups")}
    if resource["meta"]["resourceType"] == "Group":
        out["members"] = {x["value"] for x in resource.get("members", [])}
    return out


def plain(value):
    """Lists have no order, false primaries are none."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()
                if not (k == "primary" and v is False)}
    if isinstance(value, list):
        return sorted((plain(x) for x in value), key=lambda x: json.dumps(
            x, sort_keys=True))
    return value


class Filters:
    """Random filters, and what the model says of them."""

    def __init__(self, chance):
        self.chance = chance

    def make(self, depth=0):
        kind = self.chance.random()
        if depth < 3 and kind < 0.15:
            a, b = self.make(depth + 1), self.make(depth + 1)
            return f"({a[0]} and {b[0]})", lambda u: a[1](u) and b[1](u)
        if depth < 3 and kind < 0.3:
            a, b = self.make(depth + 1), self.make(depth + 1)
            return f"({a[0]} or {b[0]})", lambda u: a[1](u) or b[1](u)
        if depth < 3 and kind < 0.4:
            a = self.make(depth + 1)
            return f"not ({a[0]})", lambda u: not a[1](u)
        if kind < 0.5:
            state = self.chance.random() < 0.5
            return (f"active eq {str(state).lower()}",
                    lambda u: u["active"] is state)
        if kind < 0.65:
            return self.emails()
        return self.text()

    def word(self):
        return self.chance.choice(TEXTS).replace("\\", "\\\\")

    def test(self):
        """An operator, its value, and what it is in Python."""
        op = self.chance.choice(["eq", "co", "sw", "ew", "pr", "gt", "le"])
        word = self.word()
        return op, word, {
            "eq": lambda x: x == fold(word), "co": lambda x: fold(word) in x,
            "sw": lambda x: x.startswith(fold(word)),
            "ew": lambda x: x.endswith(fold(word)), "pr": bool,
            "gt": lambda x: x.encode() > fold(word).encode(),
            "le": lambda x: x.encode() <= fold(word).encode()}[op]

    def text(self):
        path = self.chance.choice([
            "userName", "name.givenName", f"{E}:department", *SIMPLE])
        op, word, test = self.test()

        def match(u):
            if path.startswith(E):
                value = u.get(E, {}).get("department")
            elif "." in path:
                value = u.get("name", {}).get("givenName")
            else:
                value = u.get(path)
            return value is not None and test(fold(value))
        return (f"{path} pr" if op == "pr" else f'{path} {op} "{word}"',
                match)

    def emails(self):
        kind = self.chance.choice(["work", "home", "other"])
        op, word, test = self.test()

        def match(u):
            return any(fold(x.get("type", "")) == kind and "value" in x and
                       test(fold(x["value"])) for x in u.get("emails", []))
        return (f'emails[type eq "{kind}" and value ' + (
            "pr]" if op == "pr" else f'{op} "{word}"]'), match)


# --- the run -----------------------------------------------------------------

class Run:
    def __init__(self, client, seed):
        self.client, self.model = client, Model()
        self.chance = random.Random(seed)
        self.filters = Filters(self.chance)
        self.count = self.serial = 0
        self.gone = [s.NOBODY]
        self.done = []

    def pick(self, what):
        held = list(self.model.users if what == "Users" else
                    self.model.groups)
        if not held or self.chance.random() < 0.03:
            return self.chance.choice(self.gone)
        return self.chance.choice(held)

    def fresh(self, word):
        self.serial += 1
        return f"{word}-{self.serial}"

    def user_name(self):
        if self.model.users and self.chance.random() < 0.08:
            one = self.chance.choice(list(self.model.users.values()))
            return one["userName"].swapcase()
        return self.fresh(self.chance.choice(["u", "Zo\u00eb", "\u5f20"]))

    def emails(self):
        out, primary = [], False
        for _ in range(self.chance.randrange(4)):
            one = {"value": f"{self.fresh('m')}@example.org"}
            kind = self.chance.choice(TYPES)
            if kind:
                one["type"] = kind
            if not primary and self.chance.random() < 0.3:
                one["primary"] = primary = True
            out.append(one)
        return out

    def user(self):
        sent = {"schemas": [s.USER, E], "userName": self.user_name()}
        for name in SIMPLE:
            if self.chance.random() < 0.4:
                sent[name] = self.chance.choice(TEXTS)
            elif self.chance.random() < 0.1:
                sent[name] = None
        if self.chance.random() < 0.6:
            sent["externalId"] = self.fresh("x")
        elif self.chance.random() < 0.1 and self.model.users:
            one = self.chance.choice(list(self.model.users.values()))
            if "externalId" in one and one["active"]:
                sent["externalId"] = one["externalId"]
        if self.chance.random() < 0.5:
            sent["name"] = {x: self.chance.choice(TEXTS) for x in
                            ("givenName", "familyName")
                            if self.chance.random() < 0.7}
        if self.chance.random() < 0.5:
            sent["emails"] = self.emails()
        if self.chance.random() < 0.3:
            sent[E] = {"department": self.chance.choice(TEXTS)}
        if self.chance.random() < 0.3:
            sent["active"] = self.chance.random() < 0.6
        return sent

    def some_members(self):
        held = [*self.model.users, *self.model.groups]
        out = self.chance.sample(held, min(len(held),
                                           self.chance.randrange(6)))
        if self.chance.random() < 0.03:
            out.append(self.chance.choice(self.gone))
        return [{"value": x} for x in out]

    def group(self):
        name = self.fresh("Team")
        if self.model.groups and self.chance.random() < 0.08:
            name = self.chance.choice(
                list(self.model.groups.values()))["displayName"].upper()
        return {"schemas": [s.GROUP], "displayName": name,
                "members": self.some_members()}

    def operation(self, what):
        chance = self.chance
        if what == "Groups":
            return chance.choice([
                lambda: ("add", "members", self.some_members()),
                lambda: ("remove", f'members[value eq "'
                         f'{self.pick("Users")}"]', None),
                lambda: ("remove", "members", None),
                lambda: ("replace", "members", self.some_members()),
                lambda: ("add", None, {"members": self.some_members()}),
                lambda: ("replace", "displayName", self.fresh("Renamed")),
                lambda: ("add", "externalId", self.fresh("gx"))])()
        kind = chance.choice(["work", "home", "other"])
        return chance.choice([
            lambda: (chance.choice(["add", "replace"]),
                     chance.choice(SIMPLE), chance.choice(TEXTS)),
            lambda: ("remove", chance.choice(SIMPLE), None),
            lambda: ("replace", "active", chance.random() < 0.7),
            lambda: ("replace", "userName", self.user_name()),
            lambda: (chance.choice(["add", "replace"]), "name.givenName",
                     chance.choice(TEXTS)),
            lambda: ("remove", "name.familyName", None),
            lambda: (chance.choice(["add", "replace"]), f"{E}:department",
                     chance.choice(TEXTS)),
            lambda: ("remove", f"{E}:department", None),
            lambda: (chance.choice(["add", "replace"]), "emails",
                     self.emails() or [{"value": "one@example.org"}]),
            lambda: ("remove", "emails", None),
            lambda: ("remove", f'emails[type eq "{kind}"]', None),
            lambda: ("replace", f'emails[type eq "{kind}"].display',
                     chance.choice(TEXTS)),
            lambda: ("add", f'emails[type eq "{kind}"].value',
                     f"{self.fresh('n')}@example.org"),
            lambda: ("remove", "userName", None),
            lambda: ("replace", None, {
                "title": chance.choice(TEXTS),
                "nickName": chance.choice(TEXTS)})])()

    # One step.

    def step(self):
        what = "Users" if self.chance.random() < 0.6 else "Groups"
        move = self.chance.choices(
            [self.create, self.put, self.patch, self.delete, self.read,
             self.find],
            [22, 14, 30, 5, 12, 14])[0]
        self.count += 1
        move(what)

    def expect(self, work, ask, status):
        """The model's result; the answer, which says the same."""
        try:
            made = work()
        except Revived:
            return None, None
        except Refused as no:
            answer = ask()
            s.refused(answer, no.status or answer.status)
            assert answer.status in (400, 404, 409)
            if no.kind and no.kind != "noTarget":
                assert answer.json.get("scimType") == no.kind, (no, answer)
            return None, answer
        answer = ask()
        assert answer.status in status, answer
        return made, answer

    def compare(self, what, identifier, answer):
        want = (self.model.users if what == "Users" else
                self.model.groups)[identifier]
        got = told(answer.json)
        assert plain(got) == plain(want), f"{got}\nis to be\n{want}"

    def create(self, what):
        sent = self.user() if what == "Users" else self.group()
        self.done.append(("POST", sent))
        made, answer = self.expect(
            lambda: self.model.create(what, sent),
            lambda: self.client.post(f"/{what}", sent), {201})
        if made is not None:
            identifier = answer.json["id"]
            assert identifier not in self.model.users
            assert identifier not in self.model.groups
            self.model.keep(what, identifier, made)
            self.compare(what, identifier, answer)

    def put(self, what):
        identifier = self.pick(what)
        sent = self.user() if what == "Users" else self.group()
        self.done.append(("PUT", identifier, sent))
        made, answer = self.expect(
            lambda: self.model.put(what, identifier, sent),
            lambda: self.client.put(f"/{what}/{identifier}", sent), {200})
        if made is not None:
            self.model.keep(what, identifier, made)
            self.compare(what, identifier, answer)

    def patch(self, what):
        identifier = self.pick(what)
        operations = [self.operation(what)
                      for _ in range(self.chance.randrange(1, 5))]
        self.done.append(("PATCH", identifier, operations))
        made, answer = self.expect(
            lambda: self.model.patch(what, identifier, operations),
            lambda: self.client.patch(f"/{what}/{identifier}", *operations),
            {200, 204})
        if made is not None:
            self.model.keep(what, identifier, made)
            self.read(what, identifier)

    def delete(self, what):
        identifier = self.pick(what)
        self.done.append(("DELETE", identifier))
        try:
            self.model.delete(what, identifier)
            status = 204
            self.gone.append(identifier)
        except Refused as no:
            status = no.status
        assert self.client.delete(f"/{what}/{identifier}").status == status

    def read(self, what, identifier=None):
        identifier = identifier or self.pick(what)
        self.done.append(("GET", identifier))
        answer = self.client.get(f"/{what}/{identifier}")
        try:
            self.model.of(what, identifier)
        except Refused:
            s.refused(answer, 404)
            return
        assert answer.status == 200, answer
        self.compare(what, identifier, answer)
        tag = answer.json["meta"]["version"]
        same = self.client.get(f"/{what}/{identifier}",
                               headers={"If-None-Match": tag})
        assert same.status == 304

    def find(self, what):
        if what == "Groups":
            who = self.pick("Users")
            where = f'members.value eq "{who}"'
            want = {x for x, g in self.model.groups.items()
                    if who in g["members"]}
        else:
            where, match = self.filters.make()
            want = {x for x, u in self.model.users.items() if match(u)}
        self.done.append(("FIND", where))
        query = {"filter": where, "attributes": "id"}
        if self.chance.random() < 0.3:
            got = [x["id"] for x in self.client.walk(what, count=5, **query)]
        else:
            page = self.client.find(what, where, attributes="id", count=1000)
            got = [x["id"] for x in page.get("Resources", [])]
            if page["totalResults"] > len(got):
                assert len(got) == 1000
                got += [x["id"] for x in self.client.find(
                    what, where, attributes="id", count=1000,
                    startIndex=1001)["Resources"]]
            assert page["totalResults"] == len(got)
        assert len(got) == len(set(got))
        assert set(got) == want, (where, len(got), len(want))

    def whole(self):
        """Everything, by pages of one kind or the other."""
        for what, held in (("Users", self.model.users),
                           ("Groups", self.model.groups)):
            got = self.client.every(what, count=100) \
                if self.chance.random() < 0.5 else \
                self.client.walk(what, count=37)
            assert {x["id"] for x in got} == set(held)
            assert len(got) == len(held)
            for one in got:
                assert plain(told(one)) == plain(held[one["id"]])
        for identifier in self.chance.sample(
                list(self.model.users), min(10, len(self.model.users))):
            self.groups_of(identifier)

    def groups_of(self, identifier):
        direct = {x for x, g in self.model.groups.items()
                  if identifier in g["members"]}
        every = {x for x in self.model.groups
                 if any(y in self.model.below(x) for y in direct)}
        got = {x["value"]: x["type"] for x in self.client.of(
            identifier).get("groups", [])}
        assert set(got) == every
        assert {x for x, kind in got.items() if kind == "direct"} == direct


@pytest.mark.plain_only
@pytest.mark.parametrize("seed", SEEDS)
def test_model(seed):
    seed = int(os.environ.get("SCIM_SEED", "0")) or seed or \
        random.randrange(1, 1 << 32)
    site = s.Site("model", "acme")
    site.start()
    try:
        # One that forgives nothing: what the RFC says is what counts.
        run = Run(site.client("acme", "-profile", "strict"), seed)
        end = time.monotonic() + SECONDS
        try:
            while time.monotonic() < end:
                run.step()
                if run.count % 250 == 0:
                    run.whole()
            run.whole()
        except BaseException:
            print("the last steps:", *run.done[-6:], sep="\n")
            raise
        finally:
            print(f"seed {seed}: {run.count} operations, "
                  f"{len(run.model.users)} users, "
                  f"{len(run.model.groups)} groups")
        assert run.count > 300 / d.SLOW
    finally:
        site.end()
