"""
The walls between the processes, proved from the sources and the binaries.

Each check takes a directory and returns a list of faults, empty when all is
well.
"""
import json
import pathlib
import re
import subprocess

GENERATED = "hfssod/parent/parse.c"
CODE = ("common", "hfssod", "hfssoctl")

# What each binary may link, beside what every one may.
BASE = {"libc", "libbsd", "libmd"}
CHILD = BASE | {"libevent_core-2.1", "libevent-2.1", "libseccomp"}
LINKS = {
    "hfssod": CHILD - {"libseccomp"},
    "hfssoctl": BASE | {"libjansson"},
    "hfssod-http": CHILD | {"libtls"},
    # zlib inflates and deflates messages of the redirect binding.
    "hfssod-verifier": CHILD | {
        "libxml2", "libxmlsec1", "libxmlsec1-openssl", "libjansson",
        "libcrypto", "libz"},
    "hfssod-policy": CHILD | {"libsqlite3"},
    # evdns, its resolver.
    "hfssod-fetch": CHILD | {"libtls", "libevent_extra-2.1"},
}
# What no installed program may ask the system library for.
NEVER_CALLED = {"system", "popen", "dlopen", "getenv", "secure_getenv",
                "gets", "strcpy", "strcat", "sprintf", "syslog", "vsyslog"}
# The sanitizers and the tests leave such marks; a release has none.
NEVER_CONTAINED = ("FAKETIME", "LD_PRELOAD", "BEGIN RSA PRIVATE KEY",
                   "BEGIN EC PRIVATE KEY", "AddressSanitizer",
                   "SANDBOX_ERRNO", "test key", "test clock", "backdoor")
FUNCTION_LINES = 80
FILE_LINES = 650
COLUMNS = 80


def sources(top, suffixes=(".c", ".h", ".y", ".def")):
    for part in CODE:
        for path in sorted((top / part).rglob("*")):
            if path.suffix in suffixes and path != top / GENERATED:
                yield path


def includes(top):
    faults = []
    for path in sources(top):
        at = path.relative_to(top)
        own = str(at.parent) if at.parts[0] == "hfssod" else at.parts[0]
        allowed = ("common/", own + "/")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if found and not found[1].startswith(allowed):
                faults.append(f"{at}:{number}: includes {found[1]}")
    return faults


def comments(top):
    return [f"{path.relative_to(top)}: does not begin with a comment"
            for path in sources(top)
            if not path.read_text().lstrip("%{ \n").startswith("/*")]


def functions(top):
    faults = []
    out = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+ne", "--kinds-C=f",
         "-f", "-", *map(str, sources(top, (".c",)))],
        capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        tag = json.loads(line)
        if "end" not in tag:
            continue
        length = tag["end"] - tag["line"] + 1
        if length > FUNCTION_LINES:
            at = pathlib.Path(tag["path"]).relative_to(top)
            faults.append(f"{at}:{tag['line']}: {tag['name']} has "
                          f"{length} lines")
    return faults


def lengths(top):
    faults = []
    for path in sources(top):
        text = path.read_text().splitlines()
        at = path.relative_to(top)
        if len(text) > FILE_LINES:
            faults.append(f"{at}: {len(text)} lines")
        if path.suffix in (".c", ".h"):
            faults += [f"{at}:{number}: {len(line.expandtabs(8))} columns"
                       for number, line in enumerate(text, 1)
                       if len(line.expandtabs(8)) > COLUMNS]
    return faults


def systems(top):
    """Names of one system only in files that are named for it."""
    faults = []
    for path in sources(top, (".c",)):
        if re.search(r"-(linux|openbsd)\.c$", path.name):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"^\s*#\s*if(def)?\b.*__(linux|OpenBSD)", line) or \
                    re.search(r"\b(landlock_|seccomp_|pledge\(|unveil\()",
                              line):
                faults.append(f"{path.relative_to(top)}:{number}: "
                              f"{line.strip()}")
    return faults


def links(bindir):
    faults = []
    for name, allowed in LINKS.items():
        out = subprocess.run(["readelf", "-dW", str(bindir / name)],
                             capture_output=True, text=True,
                             check=True).stdout
        needed = re.findall(r"NEEDED.*\[([^\]]+?)\.so[^\]]*\]", out)
        for library in needed:
            if library not in allowed:
                faults.append(f"{name} links {library}")
        if not needed:
            faults.append(f"{name} links nothing: is it static?")
    return faults


def calls(bindir):
    faults = []
    for name in LINKS:
        out = subprocess.run(["nm", "-D", "--undefined-only",
                              str(bindir / name)],
                             capture_output=True, text=True,
                             check=True).stdout
        used = {line.split()[-1].split("@")[0] for line in out.splitlines()}
        # Parent is told by the service manager where to say "ready".
        never = NEVER_CALLED - ({"getenv"} if name == "hfssod" else set())
        faults += [f"{name} calls {x}" for x in sorted(used & never)]
    return faults


def strings(bindir):
    faults = []
    for name in LINKS:
        data = (bindir / name).read_bytes()
        faults += [f"{name} contains {x!r}" for x in NEVER_CONTAINED
                   if x.encode() in data]
    return faults


def hardening(bindir):
    faults = []
    for name in LINKS:
        out = subprocess.run(["readelf", "-dlWh", str(bindir / name)],
                             capture_output=True, text=True,
                             check=True).stdout
        if "DYN (" not in out:
            faults.append(f"{name} is not position independent")
        if "GNU_RELRO" not in out or "NOW" not in out:
            faults.append(f"{name} has no full relro")
        if re.search(r"GNU_STACK.*RWE", out):
            faults.append(f"{name} has an executable stack")
    return faults


SOURCE_CHECKS = (
    ("includes stay within a process and common", includes),
    ("every file begins with a comment", comments),
    (f"functions have at most {FUNCTION_LINES} lines", functions),
    (f"files have at most {FILE_LINES} lines of {COLUMNS} columns", lengths),
    ("names of one system only in its files", systems),
)
BINARY_CHECKS = (
    ("each binary links only what its process may", links),
    ("no binary calls what none may call", calls),
    ("no test clock, test key or back door in a binary", strings),
    ("binaries are hardened", hardening),
)
