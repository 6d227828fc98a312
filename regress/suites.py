"""
The one counter: runs every suite, in an order in which the cheap ones come
first, and says what came of it.

Each suite is a function that calls report() for every test.  A suite that
ran nothing has failed.  The last line is "N passed, N failed, N skipped".
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

import walls

TOP = pathlib.Path(__file__).resolve().parent.parent
OUT = TOP / "build" / "regress"
PYTHON = "/usr/bin/python3"
SANITIZE = "-fsanitize=address,undefined -DSANDBOX_ERRNO"

count = {"passed": 0, "failed": 0, "skipped": 0}
ran = 0
# Vectors of others, run where they are found: beside the tree, or as said.
CORPORA = os.environ.get("CORPORA") or str(TOP.parent / "shared" / "corpora")
only = None         # T=name, when it is no suite's name


def report(name, result, text=""):
    """result: passed, failed or skipped; text: output of a failure."""
    global ran
    ran += 1
    count[result] += 1
    if result == "failed":
        print(f"not ok - {name}")
        for line in text.rstrip().splitlines()[-25:]:
            print("    " + line)
    elif result == "skipped":
        print(f"ok - {name} # SKIP {text}")
    sys.stdout.flush()


def command(argv, seconds=900, env=None, cwd=TOP):
    """Run to the end: (exit status or -1, output)."""
    try:
        done = subprocess.run(
            argv, cwd=cwd, stdin=subprocess.DEVNULL, timeout=seconds,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            env={**os.environ, **(env or {})})
        return done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as late:
        text = (late.stdout or b"").decode("utf-8", "replace")
        return -1, text + f"\nstopped after {seconds} s"
    except FileNotFoundError as gone:
        return -1, str(gone)


def expect(name, argv, **how):
    status, text = command(argv, **how)
    report(name, "passed" if status == 0 else "failed", text)
    return status == 0


def tree(name):
    """A copy of the sources under build/, without what was built."""
    to = OUT / name
    shutil.rmtree(to, ignore_errors=True)
    left = shutil.ignore_patterns(
        "build", ".git", "*.o", "*.o.d", ".depend", "__pycache__",
        ".pytest_cache")
    shutil.copytree(TOP, to, ignore=left, symlinks=True)
    (to / walls.GENERATED).unlink(missing_ok=True)
    return to


def plain():
    """The tree that other suites take their binaries from, built once."""
    to = OUT / "gcc"
    if not (to / "build/bin/hfssod").exists():
        to = tree("gcc")
        status, text = command(
            ["make", "-j2", "CC=gcc", "CFLAGS=-Werror"], cwd=to)
        if status != 0:
            return None, text
    return to, ""


# --- the suites -------------------------------------------------------------

def suite_build():
    shutil.rmtree(OUT / "gcc", ignore_errors=True)
    to, text = plain()
    report("build with gcc", "passed" if to else "failed", text)
    expect("build with clang",
           ["make", "-j2", "CC=clang", "CFLAGS=-Werror"], cwd=tree("clang"))
    expect("build with bmake", ["bmake", "-j2"], cwd=tree("bmake"))
    if to is None:
        return
    root = OUT / "install"
    shutil.rmtree(root, ignore_errors=True)
    expect("make install",
           ["make", "install", f"DESTDIR={root}", "PREFIX=/usr"], cwd=to)
    there = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()}
    want = {"usr/sbin/hfssod", "usr/sbin/hfssoctl"} | {
        f"usr/libexec/hfssod/hfssod-{x}"
        for x in ("http", "verifier", "policy", "fetch")} | {
        "usr/share/man/man5/hfssod.conf.5", "usr/share/man/man8/hfssod.8",
        "usr/share/man/man8/hfssoctl.8"}
    report("what is installed", "passed" if want <= there else "failed",
           f"missing: {sorted(want - there)}")
    for name in ("clang", "bmake", "install"):
        shutil.rmtree(OUT / name, ignore_errors=True)


def suite_walls():
    for name, check in walls.SOURCE_CHECKS:
        faults = check(TOP)
        report(name, "failed" if faults else "passed", "\n".join(faults))
    to, text = plain()
    if to is None:
        report("walls of the binaries", "failed", text)
        return
    for name, check in walls.BINARY_CHECKS:
        faults = check(to / "build/bin")
        report(name, "failed" if faults else "passed", "\n".join(faults))


def suite_man():
    for page in sorted((TOP / "man").glob("*.[1-9]")):
        _, text = command(["mandoc", "-Tlint", str(page)])
        # Ours are not installed, and the database may be old.
        faults = [x for x in text.splitlines() if "mandoc.db" not in x and
                  "referenced manual not found" not in x]
        report(f"man {page.name}", "failed" if faults else "passed",
               "\n".join(faults))


def suite_units():
    _, text = command(["regress/unit/build", "-l"])
    names = [x for x in text.split()
             if not only or only in (x, x.removesuffix("_test"))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        built = list(pool.map(
            lambda x: command(["regress/unit/build", x]), names))
    for name, (status, text) in zip(names, built):
        if status != 0:
            report(f"unit {name} builds", "failed", text)
            continue
        status, text = command(
            [f"build/unit/{name}"], seconds=120,
            env={"CMOCKA_MESSAGE_OUTPUT": "TAP", "CORPORA": CORPORA})
        tap(name, status, text)


def tap(name, status, text):
    """Count the lines of a cmocka program that wrote TAP."""
    bad = seen = 0
    tail = []
    for line in text.splitlines():
        if line.startswith("ok "):
            seen += 1
            if "# SKIP" in line:
                report(f"unit {name}", "skipped", line.split("SKIP", 1)[1])
            else:
                report(name, "passed")
        elif line.startswith("not ok "):
            seen += 1
            if "# SKIP" in line:
                report(f"unit {name}", "skipped", line.split("SKIP", 1)[1])
            else:
                bad += 1
                report(f"unit {name}: {line[7:]}", "failed",
                       "\n".join(tail[-12:]))
        tail.append(line)
    if status != 0 and bad == 0:
        report(f"unit {name}: exit {status}", "failed", text)
    elif seen == 0:
        report(f"unit {name}: no test ran", "failed", text)


def suite_conf():
    to, text = plain()
    if to is None:
        report("conf", "failed", text)
        return
    pytest("conf", to, ["regress/conf"])


def suite_system():
    to, text = plain()
    if to is None:
        report("system", "failed", text)
        return
    pytest("system", to, ["regress/system"])


def suite_sanitized():
    to = tree("sanitized")
    status, text = command(["make", "-j2", f"SANITIZE={SANITIZE}"], cwd=to)
    report("build with sanitizers",
           "passed" if status == 0 else "failed", text)
    if status == 0:
        pytest("sanitized", to, ["regress/system"],
               env={"HFSSO_SANITIZED": "1",
                    # Leaks are looked for in units and fuzzers.
                    "ASAN_OPTIONS": "detect_leaks=0"})


def pytest(name, built, where, env=None):
    xml = OUT / f"{name}.xml"
    xml.unlink(missing_ok=True)
    argv = [PYTHON, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider",
            f"--junitxml={xml}", *where]
    if only:
        argv += ["-k", only]
    status, text = command(argv, seconds=1500, env={
        "HFSSO_BIN": str(built / "build/bin"),
        "HFSSO_SUITE": name, **(env or {})})
    (OUT / f"{name}.log").write_text(text)
    try:
        cases = xml_cases(xml)
    except (OSError, xml_error):
        report(f"{name}: pytest exit {status}", "failed", text)
        return
    for case, result, why in cases:
        report(f"{name} {case}", result, why)
    if status not in (0, 1, 5):
        report(f"{name}: pytest exit {status}", "failed", text)


xml_error = xml.etree.ElementTree.ParseError


def xml_cases(path):
    out = []
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        label = f"{case.get('classname', '').split('.')[-1]}::" \
            f"{case.get('name')}"
        result, why = "passed", ""
        for child in case:
            if child.tag == "skipped":
                result, why = "skipped", child.get("message", "")
            elif child.tag in ("failure", "error"):
                result, why = "failed", child.text or child.get("message")
        out.append((label, result, why))
    return out


def suite_fuzz():
    status, text = command(["regress/fuzz/run", "-l"])
    names = [x for x in text.split() if not only or only == x]
    seconds = os.environ.get("SECONDS_EACH") or "20"
    # Each has a processor of its own.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        ran = list(pool.map(lambda x: command(
            ["regress/fuzz/run", x], env={"SECONDS_EACH": seconds}), names))
    for name, (status, text) in zip(names, ran):
        report(f"fuzz {name}", "passed" if status == 0 else "failed", text)


def suite_bench():
    """That it works; a test never judges time."""
    to, text = plain()
    if to is None:
        report("bench", "failed", text)
        return
    expect("bench quick", ["regress/bench/run", "quick"], seconds=240,
           env={"HFSSO_BIN": str(to / "build/bin")})


SUITES = {
    "build": suite_build,
    "walls": suite_walls,
    "man": suite_man,
    "units": suite_units,
    "conf": suite_conf,
    "system": suite_system,
    "sanitized": suite_sanitized,
    "bench": suite_bench,
    "fuzz": suite_fuzz,
}
# Where a single test may be found.
SEARCHED = ("units", "conf", "system", "fuzz")


def main(argv):
    global ran, only
    names = list(SUITES)
    if argv:
        if argv[0] in SUITES:
            names = argv
        else:
            only = argv[0]
            names = SEARCHED
    OUT.mkdir(parents=True, exist_ok=True)
    if not only and argv and "build" not in names:
        # The sources may have changed since the last run.
        shutil.rmtree(OUT / "gcc", ignore_errors=True)
    elif only:
        shutil.rmtree(OUT / "gcc", ignore_errors=True)
    for name in names:
        print(f"== {name}", flush=True)
        ran = 0
        before = dict(count)
        began = time.monotonic()
        try:
            SUITES[name]()
        except Exception as fault:      # the counter itself must go on
            report(f"{name}: {type(fault).__name__}", "failed", str(fault))
        if ran == 0 and not only:
            report(f"{name}: ran nothing", "failed")
        got = {k: count[k] - before[k] for k in count}
        print(f"== {name}: {got['passed']} passed, {got['failed']} failed, "
              f"{got['skipped']} skipped in "
              f"{time.monotonic() - began:.0f} s", flush=True)
    if sum(count.values()) == 0:
        report(f"no test is called {only}", "failed")
    print(f"{count['passed']} passed, {count['failed']} failed, "
          f"{count['skipped']} skipped", flush=True)
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
