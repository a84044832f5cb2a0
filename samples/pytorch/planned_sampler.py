"""Tells a Forebay mount in which order a DataLoader will read, so that files are there in time."""

import fcntl
import os
import struct

# _IOW('f', number, size): what .forebay/plan takes, also on a read-only mount.
APPEND, DONE, MOST_BYTES = 0x40006601, 0x40086603, 0x3FFF


class PlannedSampler:
    """Wraps a sampler whose indices stand for files: DataLoader(..., sampler=PlannedSampler(...))."""

    def __init__(self, sampler, paths, mount, ahead=4096, behind=1024):
        """paths[index] is the file of a sample; so many are announced before their turn, and said to
        be read after it: at least as many as the workers of the DataLoader have in hand."""
        self.sampler, self.mount, self.ahead, self.behind = sampler, mount, ahead, behind
        self.lines = [os.path.relpath(path, mount).encode() + b"\n" for path in paths]

    def __len__(self):
        return len(self.sampler)

    def __iter__(self):
        order = list(self.sampler)
        with open(os.path.join(self.mount, ".forebay/plan"), "rb", buffering=0) as plan:
            announced = 0
            for turn, index in enumerate(order):
                while announced < min(len(order), turn + self.ahead):
                    text = bytearray()
                    while announced < len(order) and len(text) + len(self.lines[order[announced]]) <= MOST_BYTES:
                        text += self.lines[order[announced]]
                        announced += 1
                    fcntl.ioctl(plan, APPEND | len(text) << 16, text)
                if turn > self.behind and turn % max(1, self.ahead // 16) == 0:
                    fcntl.ioctl(plan, DONE, struct.pack("=Q", turn - self.behind))
                yield index
