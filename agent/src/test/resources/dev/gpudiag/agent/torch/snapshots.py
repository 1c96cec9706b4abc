"""Writes memory snapshots as PyTorch does, and works out by itself what gpudiag must say of them.

snapshots.py write DIR      writes DIR/NAME.pickle and DIR/NAME.json for each kind and protocol
snapshots.py judge FILE     prints what must be said of a snapshot
"""
import json
import os
import pickle
import random
import struct
import sys

MIB = 1 << 20
SMALL = 1 << 20


def frame(number):
    return {"filename": "/home/u/model/layers%d.py" % (number % 3), "name": "forward%d" % number, "line": number}


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        # frames are shared objects, as PyTorch makes them
        self.stacks = [[frame(n), frame(n + 1)] for n in range(6)] + [[]]

    def block(self, address, size, state):
        requested = max(0, size - self.random.randrange(0, 512))
        return {
            "address": address,
            "size": size,
            "requested_size": requested,
            "state": state,
            "frames": self.random.choice(self.stacks),
        }

    def segment(self, device, address, total, stream, pool, expandable=False):
        blocks, used, left = [], 0, total
        while left:
            size = min(left, 512 * self.random.randrange(1, 1 + total // 4096))
            state = self.random.choice(["active_allocated", "active_pending_free", "inactive", "inactive"])
            blocks.append(self.block(address + used, size, state))
            used, left = used + size, left - size
        return {
            "device": device,
            "address": address,
            "total_size": total,
            "allocated_size": sum(b["size"] for b in blocks if b["state"] == "active_allocated"),
            "active_size": sum(b["size"] for b in blocks if b["state"] != "inactive"),
            "requested_size": sum(b["requested_size"] for b in blocks if b["state"] != "inactive"),
            "stream": stream,
            "segment_type": "small" if total == 2 * MIB else "large",
            "segment_pool_id": pool,
            "is_expandable": expandable,
            "frames": self.random.choice(self.stacks),
            "blocks": blocks,
        }

    def trace(self, device, count, ooms):
        entries = []
        for number in range(count):
            entries.append({
                "action": self.random.choice(["alloc", "free_requested", "free_completed", "segment_alloc"]),
                "addr": 0x7F0000000000 + 512 * number,
                "size": 512 * self.random.randrange(1, 4000),
                "stream": 0,
                "time_us": 1700000000000000 + number,
                "frames": self.random.choice(self.stacks) + [],
                "compile_context": "N/A",
                "user_metadata": "step %d" % number,
            })
        for size, free in ooms:
            at = self.random.randrange(0, len(entries) + 1)
            entries.insert(at, {
                "action": "oom", "device_free": free, "size": size, "stream": 0,
                "time_us": 1700000000000000 + at, "frames": self.stacks[0],
            })
        return entries

    def snapshot(self):
        segments = []
        for device in (0, 1):
            for stream, pool in ((0, (0, 0)), (0x8000000000000123, (0, 0)), (0, (0, 3))):
                for total in (2 * MIB, 20 * MIB, 22 * MIB, 512 * MIB):
                    address = self.random.choice([0x7F0000000000, 0xFFFF800000000000]) + 1024 * MIB * len(segments)
                    segments.append(self.segment(device, address, total, stream, pool, device == 1))
        return {
            "segments": segments,
            "device_traces": [
                self.trace(0, 2500, [(900 * MIB, 100 * MIB), (1 << 40, 0), (5 * MIB, 1 << 30)]),
                self.trace(1, 1, []),
            ],
            "allocator_settings": {
                "PYTORCH_CUDA_ALLOC_CONF": "", "max_split_size": -1, "garbage_collection_threshold": 0.0,
                "expandable_segments": False, "roundup_power2_divisions": {"1": 0},
            },
            "external_annotations": [{"stage": "START", "name": "x" * 9000, "device": 0, "time_us": 1}],
        }


def legacy(snapshot):
    """As before PyTorch 2.0: the bare list, no addresses of blocks, frames in a history."""
    segments = []
    for segment in snapshot["segments"]:
        segment = dict(segment)
        for key in ("segment_pool_id", "is_expandable", "requested_size", "frames"):
            del segment[key]
        segment["blocks"] = [
            {"size": b["size"], "state": b["state"].replace("pending", "awaiting"),
             "history": [{"addr": b["address"], "real_size": b["requested_size"], "frames": b["frames"]}]}
            for b in segment["blocks"]
        ]
        segments.append(segment)
    return segments


def shared(snapshot):
    """The same blocks, segments and entries several times, which pickle writes once."""
    oom = {"action": "oom", "device_free": 0, "size": 7 * MIB, "stream": 0, "time_us": 5}
    other = {"action": "alloc", "addr": 1, "size": 512, "stream": 0, "frames": []}
    segments = [dict(s) for s in snapshot["segments"][:3]]
    return {"segments": segments + segments, "device_traces": [[other] * 1500 + [oom, other, oom], [oom]]}


class JitPickler:
    """As torch/csrc/jit/serialization/pickler.cpp: protocol 2, every list under one mark, texts in the memo."""

    def __init__(self):
        self.out = bytearray(b"\x80\x02")
        self.memo = {}
        self.next = 0

    def put(self):
        self.out += b"q" + bytes([self.next]) if self.next < 256 else b"r" + struct.pack("<I", self.next)
        self.next += 1

    def write(self, value):
        if value is None:
            self.out += b"N"
        elif value is True or value is False:
            self.out += b"\x88" if value else b"\x89"
        elif isinstance(value, int):
            if value >= 1 << 63:
                value -= 1 << 64
            if -(1 << 31) <= value < 1 << 31:
                self.out += b"J" + struct.pack("<i", value)
            else:
                self.out += b"\x8a\x08" + struct.pack("<q", value)
        elif isinstance(value, float):
            self.out += b"G" + struct.pack(">d", value)
        elif isinstance(value, str):
            if value in self.memo:
                index = self.memo[value]
                self.out += b"h" + bytes([index]) if index < 256 else b"j" + struct.pack("<I", index)
            else:
                text = value.encode()
                self.out += b"X" + struct.pack("<I", len(text)) + text
                self.memo[value] = self.next
                self.put()
        elif isinstance(value, tuple):
            self.out += b"("
            for item in value:
                self.write(item)
            self.out += b"t"
            self.put()
        elif isinstance(value, list):
            self.out += b"]"
            self.put()
            self.out += b"("
            for item in value:
                self.write(item)
            self.out += b"e"
        else:
            self.out += b"}"
            self.put()
            self.out += b"("
            for key, item in value.items():
                self.write(key)
                self.write(item)
            self.out += b"u"

    def dump(self, value):
        self.write(value)
        return bytes(self.out) + b"."


def f3(free):
    return 1 - max(free) / sum(free) if sum(free) else 0.0


def sums(segments):
    free = [b["size"] for s in segments for b in s["blocks"] if b["state"] == "inactive"]
    return {
        "reserved_bytes": sum(s["total_size"] for s in segments),
        "allocated_bytes": sum(s["allocated_size"] for s in segments),
        "active_bytes": sum(s["active_size"] for s in segments),
        "inactive_bytes": sum(free),
        "fragmentation_ratio": f3(free),
    }, free


def judge(top):
    segments = top if isinstance(top, list) else top["segments"]
    devices = []
    for device in sorted({s.get("device", 0) for s in segments}):
        mine = [s for s in segments if s.get("device", 0) == device]
        pools = []
        for key in sorted({(s.get("segment_pool_id") or (0, 0), s["stream"], s["segment_type"]) for s in mine}):
            chosen = [s for s in mine
                      if (s.get("segment_pool_id") or (0, 0), s["stream"], s["segment_type"]) == key]
            figures, free = sums(chosen)
            pools.append({
                "pool_id": list(chosen[0]["segment_pool_id"]) if "segment_pool_id" in chosen[0] else None,
                "stream": key[1], "segment_type": key[2],
                **figures, "largest_inactive_block_bytes": max(free, default=0),
            })
        devices.append({"device": device, **sums(mine)[0], "pools": pools})
    events = []
    for device, trace in enumerate([] if isinstance(top, list) else top.get("device_traces", [])):
        for at, entry in enumerate(trace):
            if entry["action"] == "oom":
                mine = [s for s in segments if s.get("device", 0) == device]
                free = [b["size"] for s in mine for b in s["blocks"] if b["state"] == "inactive"]
                kind = "large" if entry["size"] > SMALL else "small"
                usable = [b["size"] for s in mine for b in s["blocks"]
                          if b["state"] == "inactive" and s["segment_type"] == kind
                          and s["stream"] == entry["stream"] and (s.get("segment_pool_id") or (0, 0)) == (0, 0)]
                largest = max(usable, default=0)
                room = max(largest, entry["device_free"])
                events.append({
                    "device": device, "time_us": entry["time_us"], "requested_bytes": entry["size"],
                    "device_free_bytes": entry["device_free"], "stream": entry["stream"],
                    "inactive_bytes": sum(free), "largest_inactive_block_bytes": largest,
                    "explained_by_fragmentation": room < entry["size"] <= sum(free) + entry["device_free"],
                    "entries_after": len(trace) - at - 1,
                })
    return {"devices": devices, "oom_events": events}


def write(directory):
    first = Maker(1).snapshot()
    traces_first = {key: first[key] for key in ("device_traces", "external_annotations", "segments")}
    snapshots = {
        "new": first,
        "traces-first": traces_first,
        "legacy": legacy(Maker(2).snapshot()),
        "shared": shared(Maker(3).snapshot()),
        "one-block": {"segments": [Maker(4).segment(0, 1 << 40, 2 * MIB, 0, (0, 0))], "device_traces": []},
        "empty": {"segments": [], "device_traces": []},
    }
    for name, snapshot in snapshots.items():
        with open(os.path.join(directory, name + ".json"), "w") as out:
            json.dump(judge(snapshot), out)
        for protocol in range(6):
            with open(os.path.join(directory, "%s-%d.pickle" % (name, protocol)), "wb") as out:
                # the pickler in Python differs from the one in C in what it shares
                (pickle.dump if protocol % 2 else pickle._dump)(snapshot, out, protocol)
        with open(os.path.join(directory, name + "-jit.pickle"), "wb") as out:
            out.write(JitPickler().dump(snapshot))


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    with open(sys.argv[2], "rb") as source:
        print(json.dumps(judge(pickle.load(source))))
