#!/usr/bin/env python3
"""ratios.py RESULTS: medians of one run, each beside its ratio to gobare's, and pintle's targets. Exit 1 if one is missed."""
import glob, json, os, statistics as st, sys

rows = {}
for f in glob.glob(sys.argv[1] + "/*.jsonl"):
    for line in open(f):
        r = json.loads(line)
        rows.setdefault(r["adapter"], {}).setdefault(r["test"], []).append(r)


def values(adapter, test, key):
    out = []
    for r in rows.get(adapter, {}).get(test, []):
        v = r.get(key)
        out += v if isinstance(v, list) else [] if v is None else [v]
    return out


def median(adapter, test, key):
    v = values(adapter, test, key)
    return st.median(v) if v else None


# heading, test, key, unit, pintle's target: a ratio to gobare, or an absolute value
COLUMNS = [
    ("boot of 1", "boot1", "ms", "ms", None), ("boot of 10", "boot10", "ms", "ms", None),
    ("boot of 50", "boot50", "ms", "ms", ("x", 1.3)), ("boot of 200", "boot200", "ms", "ms", ("x", 1.3)),
    ("chain of 50", "chain50", "ms", "ms", ("x", 1.3)), ("restart", "life", "restart_ms", "ms", ("x", 1.5)),
    ("10,000 orphans", "orphan", "reap_ms", "ms", ("x", 1.2)), ("stop of 50", "life", "stop_ms", "ms", ("x", 2.0)),
    ("stop, one stubborn", "stubborn", "stop_ms", "ms", None),
    ("wakeups", "life", "wake_s", "/s", ("=", 0)), ("PSS of PID 1", "life", "pss1", "KiB", ("=", 8192)),
    ("PSS of all", "life", "pss_tree", "KiB", None), ("1 GB of log", "log", "mbs", "MB/s", None),
]
ORDER = [a for a in "gobare bare pintle dinit s6 runit supervisord pebble systemd".split() if a in rows]
missed = []
print("| | " + " | ".join(ORDER) + " | target |\n" + "|---" * (len(ORDER) + 2) + "|")
for name, test, key, unit, target in COLUMNS:
    floor = median("gobare", test, key)
    cells = []
    for a in ORDER:
        m = median(a, test, key)
        if m is None:
            failed = any("error" in r or r.get("left") or r.get("stop_note") for r in rows.get(a, {}).get(test, []))
            cells.append("failed" if failed else "-")
            continue
        cell = f"{m:.1f} {unit}" if m < 100 else f"{m:.0f} {unit}"
        if floor and a != "gobare" and unit == "ms":
            cell += f" ({m / floor:.2f}x)"
        cells.append(cell)
    want = ""
    if target:
        kind, limit = target
        m = median("pintle", test, key)
        want = f"<= {limit}x gobare" if kind == "x" else f"<= {limit} {unit}"
        measured = m is not None and (kind == "=" or floor)
        ok = measured and (m / floor if kind == "x" else m) <= limit
        if "pintle" in rows and any(test in t for t in rows.values()):
            want += " met" if ok else " MISSED"
            if not ok:
                missed.append(name)
    print(f"| {name} | " + " | ".join(cells) + f" | {want} |")
binary = os.environ.get("PINTLE_BIN", "")
if os.path.exists(binary):
    size = os.path.getsize(binary) / 2**20
    print(f"\nbinary: {size:.1f} MiB (target: under 12 MiB)")
    if size >= 12:
        missed.append("binary")
noise = [r.get("noise", 0) for a in rows.values() for t in a.values() for r in t]
print(f"busy share of the machine before the runs: median {st.median(noise):.2f}, max {max(noise):.2f}; medians of {max(len(t) for a in rows.values() for t in a.values())} rounds")
if missed:
    print("missed: " + ", ".join(missed))
sys.exit(1 if missed else 0)
