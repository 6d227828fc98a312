"""
Fills a store, while no daemon has it, with many accounts that have a live
session each.  What is copied is one real account, made by one real login,
so that nothing here knows what a row means.
"""
import base64
import hashlib
import sqlite3

PREFIX = "__Host-hfsso="


def cookie(number):
    secret = hashlib.sha256(f"bench {number}".encode()).digest()
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def row(db, table, where):
    db.row_factory = sqlite3.Row
    return [dict(r) for r in db.execute(f"SELECT * FROM {table} {where}")]


def add(db, table, rows):
    names = list(rows[0])
    db.executemany(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES "
        f"({', '.join(':' + n for n in names)})", rows)


def fill(path, name, count):
    """Copies of the account of that name, and of its only session."""
    db = sqlite3.connect(path)
    account, = row(db, "account", f"WHERE name = '{name}'")
    at = account["id"]
    session, = row(db, "session", f"WHERE account = {at}")
    member = row(db, "membership", f"WHERE account = {at}")
    grants = row(db, "grants", f"WHERE account = {at}")
    identity = row(db, "identity", f"WHERE account = {at}")
    stamps = row(db, "stamp", f"WHERE session = {session['id']}")
    new = {t: [] for t in ("account", "name_used", "membership", "grants",
                           "identity", "session", "stamp")}
    for number in range(count):
        me, his = 1000 + number, 1000 + number
        person = f"person-{number}"
        new["account"].append({
            **account, "id": me, "account": f"{number:024x}",
            "name": person, "folded": person,
            "email": f"{person}@example.org",
            "email_folded": f"{person}@example.org", "username": person,
            "username_folded": person, "external_id": person})
        new["name_used"].append({"folded": person, "account": me})
        new["membership"] += [{**r, "account": me} for r in member]
        new["grants"] += [{**r, "account": me} for r in grants]
        new["identity"] += [{**r, "id": me, "account": me,
                             "subject": f"{person} {r['id']}"}
                            for r in identity]
        new["session"].append({
            **session, "id": his, "account": me, "handle": f"{his:016x}",
            "key": hashlib.sha256(cookie(number).encode()).digest()})
        new["stamp"] += [{**r, "session": his} for r in stamps]
    with db:
        for table, rows in new.items():
            if rows:
                add(db, table, rows)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
