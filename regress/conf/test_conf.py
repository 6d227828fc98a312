"""
The configuration: good/X.conf is printed back as good/X.out, bad/X.conf is
refused at the line and with the words that its first line names ("-": at
any line).  Real children judge it, as with every -n.
"""
import base64
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

import daemon as d      # noqa: E402
import forge as f       # noqa: E402


def jwks(key):
    """A set with one public RSA key."""
    numbers = key.public_key().public_numbers()

    def octets(n):
        raw = n.to_bytes((n.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return json.dumps({"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
        "n": octets(numbers.n), "e": octets(numbers.e)}]})


@pytest.fixture(scope="module")
def files():
    """Macros that name files; made once."""
    folder = d.scratch("conf")
    idp = f.Idp("conf")
    (folder / "idp.xml").write_text(idp.metadata())
    (folder / "again.xml").write_text(idp.metadata())
    (folder / "nonsense.xml").write_text("<nonsense/>\n")
    key, certificate = d.write_pair(folder, "sp", d.rsa_key())
    secret = folder / "client.secret"
    secret.write_text("correct horse battery staple\n")
    secret.chmod(0o600)
    (folder / "jwks.json").write_text(jwks(d.rsa_key()))
    loose = folder / "loose.key"
    loose.write_bytes(key.read_bytes())
    loose.chmod(0o644)
    yield {"metadata": folder / "idp.xml", "again": folder / "again.xml",
           "key": key, "secret": secret, "jwks": folder / "jwks.json",
           "nonsense": folder / "nonsense.xml", "loose": loose,
           "certificate": certificate, "store": folder / "store",
           "socket": folder / "control.sock"}
    import shutil
    shutil.rmtree(folder)


def check(path, files):
    macros = [x for name, value in files.items()
              for x in ("-D", f"{name}={value}")]
    return subprocess.run(
        [d.BIN / "hfssod", "-nv", "-L", d.BIN, *macros, "-f", path],
        capture_output=True, text=True, timeout=30, check=False)


def printed(done, files):
    """What was printed, with macros for what differs each time."""
    text = done.stdout
    for name, value in files.items():
        text = text.replace(f'"{value}"', f"${name}")
    return text


@pytest.mark.parametrize(
    "path", sorted((HERE / "good").glob("*.conf")), ids=lambda p: p.stem)
def test_good(path, files, tmp_path):
    done = check(path, files)
    assert done.returncode == 0, done.stderr
    text = printed(done, files)
    golden = path.with_suffix(".out")
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(text)
    assert text == golden.read_text()
    # What it prints means the same.
    again = tmp_path / "again.conf"
    again.write_text(done.stdout)
    again.chmod(0o600)
    twice = check(again, files)
    assert twice.returncode == 0, twice.stderr
    assert twice.stdout == done.stdout
    # Nothing was begun.
    assert not files["store"].exists()
    assert not files["socket"].exists()


@pytest.mark.parametrize(
    "path", sorted((HERE / "bad").glob("*.conf")), ids=lambda p: p.stem)
def test_bad(path, files):
    first = path.read_text().splitlines()[0]
    line, says = re.fullmatch(r"# says (\d+|-) ?(.*)", first).groups()
    done = check(path, files)
    assert done.returncode == 1, done.stdout
    where = f"{path.name}:{line}:" if line != "-" else ""
    assert where in done.stderr, done.stderr
    assert says in done.stderr, done.stderr


def test_sample(files, tmp_path):
    """
    The sample is good, with files of ours instead of those it names, and
    with the lines that it has as comments.
    """
    text = (HERE.parent.parent / "etc/hfssod.conf").read_text()
    text, count = re.subn(r"^\t#(?! )", "\t", text, flags=re.M)
    assert count == 9
    there = {"sp-sign.key": "key", "sp-sign.crt": "certificate",
             "sp-decrypt.key": "key", "sp-decrypt.crt": "certificate",
             "okta.xml": "metadata", "entra.secret": "secret"}
    for name, ours in there.items():
        assert f"/etc/hfssod/{name}" in text
        text = text.replace(f"/etc/hfssod/{name}", str(files[ours]))
    assert '"/etc/hfssod/' not in text
    path = tmp_path / "sample.conf"
    path.write_text(f'ca file "{files["certificate"]}"\n' + text)
    path.chmod(0o600)
    done = check(path, files)
    assert done.returncode == 0, done.stderr


def test_a_configuration_that_others_may_write(files, tmp_path):
    path = tmp_path / "open.conf"
    path.write_text((HERE / "good/least.conf").read_text())
    path.chmod(0o666)
    done = check(path, files)
    assert done.returncode == 1


def test_include(files, tmp_path):
    whole = (HERE / "good/least.conf").read_text()
    at = whole.index("organization")
    (tmp_path / "acme.conf").write_text(whole[at:])
    (tmp_path / "acme.conf").chmod(0o600)
    main = tmp_path / "main.conf"
    main.write_text(whole[:at] + 'include "acme.conf"\n')
    main.chmod(0o600)
    done = check(main, files)
    assert done.returncode == 0, done.stderr
    assert printed(done, files) == (HERE / "good/least.out").read_text()
    # A fault is told with the file that has it.
    (tmp_path / "acme.conf").write_text(whole[at:] + "nonsense\n")
    done = check(main, files)
    assert done.returncode == 1
    assert re.search(r"acme\.conf:\d+:", done.stderr), done.stderr


def test_usage():
    for words, status in ((["-V"], 0), (["-x"], 1), (["-f"], 1),
                          (["-n", "-f", "/nonexistent"], 1)):
        done = subprocess.run([d.BIN / "hfssod", *words], timeout=10,
                              capture_output=True, text=True, check=False)
        assert done.returncode == status, words
        assert done.stdout or done.stderr
