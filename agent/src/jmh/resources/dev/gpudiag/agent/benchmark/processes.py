# Reads of every process below ROOT/proc what gpudiag reads; prints the milliseconds of each round.
import os
import sys
import time

root, rounds = sys.argv[1], int(sys.argv[2])


def text(path, mode="r"):
    try:
        with open(path, mode) as file:
            return file.read()
    except OSError:
        return ""


def holders():
    found = []
    for pid in os.listdir(root + "/proc"):
        process = root + "/proc/" + pid
        if not pid.isdigit():
            continue
        links = [os.readlink(process + "/fd/" + fd) for fd in os.listdir(process + "/fd")]
        if any(link.startswith("/dev/nvidia") for link in links):
            found.append(process)
    return found


for _ in range(rounds):
    start = time.perf_counter()
    for process in holders():
        for name in ("stat", "comm", "status", "cmdline", "cgroup"):
            text(process + "/" + name)
        environment = dict(v.split("=", 1) for v in text(process + "/environ").split("\0") if "=" in v)
        mapped = {line.split(None, 5)[5] for line in text(process + "/maps").splitlines() if "/" in line}
        sites = {path.split("/site-packages/")[0] + "/site-packages" for path in mapped if "/site-packages/" in path}
        for site in sites:
            os.listdir(process + "/root" + site)
            text(process + "/root" + site + "/torch/version.py")
        text(process + "/root/usr/local/cuda/version.json")
        os.listdir(process + "/root/usr/local")
        os.listdir(process + "/root/dev")
    print((time.perf_counter() - start) * 1000)
