"""A wire between two interfaces on which frames wait, overtake each other and vanish.

usage: wire.py NEAR FAR DELAY_MS JITTER_MS LOSS SEED

For kernels without netem. It works beneath TCP, unlike a proxy: what vanishes is sent again by the kernels at both ends.
Ends when it is told to; prints "ready" once frames pass.
"""

import heapq
import random
import select
import socket
import sys
import time

# linux/if_packet.h and linux/if_ether.h; Python names none of them.
SOL_PACKET = 263
PACKET_VNET_HDR = 15
ETH_P_ALL = 3
# A frame may be as large as the kernel's segmentation makes it.
LARGEST_FRAME = 1 << 17


def open_end(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    # Each frame carries what its kernel has left to the hardware: checksums, segmentation.
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.bind((interface, ETH_P_ALL))
    return end


def main():
    near, far, *numbers, seed = sys.argv[1:]
    delay_ms, jitter_ms, loss = map(float, numbers)
    chance = random.Random(seed)
    one, other = open_end(near), open_end(far)
    opposite = {one: other, other: one}
    waiting = []
    print("ready", flush=True)
    for count in range(sys.maxsize):
        timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select([one, other], [], [], timeout)[0]:
            frame, (_, _, kind, *_) = end.recvfrom(LARGEST_FRAME)
            if kind != socket.PACKET_OUTGOING and chance.random() >= loss:
                late = max(0, delay_ms + chance.uniform(-jitter_ms, jitter_ms)) / 1000
                heapq.heappush(waiting, (time.monotonic() + late, count, end.fileno(), opposite[end], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            *_, end, frame = heapq.heappop(waiting)
            try:
                end.send(frame)
            except OSError:
                # The interface is down: the frame vanishes, as on any wire.
                pass


main()
