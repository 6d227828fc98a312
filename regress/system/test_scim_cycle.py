"""
A whole round as Entra ID does it, and as Okta does: everybody and all
groups, then who is renamed, moved, suspended, deleted and hired again,
with a sign-in after each; and nothing changes when it is said again.
"""
import pytest

import daemon as d
import scim as s
from scim import good

PEOPLE, TEAMS, HANDS = 240, 4, 4


class Provider:
    """What is the same of both; each says it in its own way."""

    def __init__(self, site):
        self.client = site.client("acme", "-profile", self.kind, tokens=3)
        self.ids = {}

    def name(self, n):
        return f"{self.kind}.p{n}@corp.example"

    def subject(self, n):
        return f"{self.kind}-{n}"

    def of(self, n):
        return f"/Users/{self.ids[n]}"

    def body(self, n, **change):
        return {"schemas": [s.USER], "externalId": self.subject(n),
                "userName": self.name(n), "displayName": f"P {n}",
                "active": True, "name": {"givenName": "P",
                                         "familyName": str(n)},
                "emails": [{"primary": True, "type": "work",
                            "value": self.name(n)}], **change}

    def hire(self, n, client=None, **change):
        client = client or self.client
        assert client.find("Users", self.probe(n))["totalResults"] == 0
        self.ids[n] = good(client.post("/Users", self.body(n, **change)),
                           201)["id"]

    def patch(self, at, *operations):
        answer = self.client.ask("PATCH", at, {
            "schemas": [s.PATCH], "Operations": [
                {k: v for k, v in zip(("op", "path", "value"), x)
                 if v is not None} for x in operations]})
        assert answer.status in (200, 204), answer


class Entra(Provider):
    kind = "entra"

    def probe(self, n):
        return f'externalId eq "{self.subject(n)}"'

    def body(self, n, **change):
        return {**super().body(n), "active": "True", "roles": [],
                "meta": {"resourceType": "User"}, **change}

    def team(self, name, members):
        made = good(self.client.post("/Groups", {
            "schemas": [s.GROUP], "externalId": f"g-{name}",
            "displayName": name, "members": []}), 201)["id"]
        self.patch(f"/Groups/{made}", ("Add", "members", [
            {"value": x} for x in members]))
        return made

    def rename(self, n, to):
        self.patch(self.of(n), ("Replace", "userName", to),
                   ("Replace", 'emails[type eq "work"].value', to),
                   ("Replace", "displayName", "Renamed"))

    def rename_team(self, team, name):
        self.patch(f"/Groups/{team}", ("Replace", "displayName", name))

    def leave(self, team, n):
        self.patch(f"/Groups/{team}", ("Remove", "members", [
            {"value": self.ids[n]}]))

    def active(self, n, yes):
        self.patch(self.of(n), ("Replace", "active", str(yes)))

    def again(self, n):
        self.patch(self.of(n), ("Replace", "displayName", f"P {n}"),
                   ("Replace", "active", "True"))


class Okta(Provider):
    kind = "okta"

    def probe(self, n):
        return f'userName eq "{self.name(n)}"'

    def body(self, n, **change):
        return {**super().body(n), "groups": [], "password": "x",
                "locale": "en-US", **change}

    def team(self, name, members):
        return good(self.client.post("/Groups", {
            "schemas": [s.GROUP], "displayName": name, "members": [
                {"value": x, "display": "x"} for x in members]}), 201)["id"]

    def rename(self, n, to):
        body = self.body(n, id=self.ids[n], userName=to,
                         displayName="Renamed", emails=[
                             {"value": to, "primary": True, "type": "work"}])
        del body["active"]
        good(self.client.put(self.of(n), body))

    def rename_team(self, team, name):
        self.patch(f"/Groups/{team}", ("replace", None, {
            "id": team, "displayName": name}))

    def leave(self, team, n):
        self.patch(f"/Groups/{team}", (
            "remove", f'members[value eq "{self.ids[n]}"]'))

    def active(self, n, yes):
        self.patch(self.of(n), ("replace", None, {"active": yes}))

    def again(self, n):
        good(self.client.put(self.of(n), self.body(n, id=self.ids[n])))


@pytest.fixture(scope="module")
def site():
    made = s.Site("cycle", ("acme", [
        *d.ROLES, "resource group map \"x\" to \"models\" role read"]))
    made.start()
    yield made
    made.end()


@pytest.mark.parametrize("kind", [Entra, Okta])
def test_round(site, kind):
    idp = kind(site)
    client = idp.client

    def some(hand):
        mine = client.twin()
        for n in range(hand, PEOPLE, HANDS):
            idp.hire(n, mine)
    s.each(*[lambda hand=x: some(hand) for x in range(HANDS)])
    teams = []
    for n in range(TEAMS):
        members = [idp.ids[x] for x in range(n, PEOPLE, TEAMS)]
        teams.append(idp.team(f"{idp.kind} team {n}", members))
        assert client.members(teams[n]) == set(members)
    team, who = teams[1], idp.ids[1]
    site.ctl("scim", "link", "acme", f"{idp.kind} team 1", "models", "write")

    def enter(n, email):
        cookie = site.login(idp.subject(n), email=email)
        assert site.seen(cookie, "X-Hfsso-Account") == idp.ids[n]
        return cookie
    cookie = enter(1, idp.name(1))
    assert site.seen(cookie, "Remote-Groups") == "models"

    # Renamed: at once in the open session, and he is still himself.
    was, new = site.seen(cookie, "Remote-User"), f"{idp.kind}.new@corp.example"
    idp.rename(1, new)
    assert site.seen(cookie, "Remote-Email") == new
    assert site.seen(cookie, "Remote-Name") == "Renamed"
    assert site.seen(cookie, "Remote-User") == was
    assert client.one(new)["id"] == who and client.one(idp.name(1)) is None
    idp.rename_team(team, f"{idp.kind} crew")
    assert site.seen(cookie, "Remote-Groups") == "models"
    idp.leave(team, 1)
    assert site.seen(cookie, "Remote-Groups") == ""
    idp.patch(f"/Groups/{team}", ("add", "members", [{"value": who}]))
    assert site.seen(cookie, "Remote-Groups") == "models"

    # Suspended and back, with what he had.
    idp.active(1, False)
    assert site.seen(cookie).status == 401
    site.turned_away(idp.subject(1), "account_ended", email=new)
    idp.active(1, True)
    cookie = enter(1, new)
    assert site.seen(cookie, "Remote-Groups") == "models"

    # Deleted and hired again: the same person, without what he had.
    assert client.delete(idp.of(1)).status == 204
    assert site.seen(cookie).status == 401
    assert who not in client.members(team)
    site.turned_away(idp.subject(1), "account_ended", email=new)
    idp.hire(1)
    assert idp.ids[1] == who
    cookie = enter(1, idp.name(1))
    assert site.seen(cookie, "Remote-Groups") == ""
    # Under another externalId: somebody else, whose name is not reused.
    old = idp.ids[2]
    assert client.delete(idp.of(2)).status == 204
    made = good(client.post("/Users", idp.body(2, externalId="other-" +
                                               idp.subject(2))), 201)
    assert made["id"] != old
    cookie = site.login("other-" + idp.subject(2), email=idp.name(2))
    assert site.seen(cookie, "Remote-User") != f"{idp.kind}-p2"
    site.turned_away(idp.subject(2), None, email=idp.name(2))

    # Said once more, nothing changes; and nobody was lost.
    told = client.of(idp.ids[5])
    idp.again(5)
    assert client.of(idp.ids[5]) == told
    where = f'userName sw "{idp.kind}."'
    assert len({x["id"] for x in client.every(
        "Users", count=50, filter=where, sortBy="userName")}) == PEOPLE
    assert client.delete(f"/Groups/{team}").status == 204
    idp.team(f"{idp.kind} crew", [who])
