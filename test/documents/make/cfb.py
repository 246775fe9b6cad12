"""Writes compound files ([MS-CFB], version 3): the container of Outlook messages and old Office documents."""
import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NONE = 0xFFFFFFFF


def made(tree, clsid=bytes(16)):
    """A file with the streams and storages of `tree`: bytes are streams, dictionaries storages."""
    entries = [['Root Entry', 5, clsid, b'', NONE, NONE, NONE]]

    def grow(parent, children):
        indices = []
        for name, content in sorted(children.items(), key=lambda item: (len(item[0]), item[0].upper())):
            index = len(entries)
            storage = isinstance(content, dict)
            entries.append([name, 1 if storage else 2, bytes(16), b'' if storage else content, NONE, NONE, NONE])
            indices.append(index)
            if storage:
                grow(index, content)
        entries[parent][6] = balanced(indices)

    def balanced(indices):
        if not indices:
            return NONE
        middle = len(indices) // 2
        entries[indices[middle]][4] = balanced(indices[:middle])
        entries[indices[middle]][5] = balanced(indices[middle + 1:])
        return indices[middle]

    grow(0, tree)
    sectors, chains, mini, minifat = [], [], b'', []

    def put(data):
        start = len(sectors)
        data += bytes(-len(data) % 512)
        sectors.extend(data[at:at + 512] for at in range(0, len(data), 512))
        count = len(data) // 512
        chains.extend([start + n + 1 for n in range(count - 1)] + [END] if count else [])
        return start if count else END

    starts = []
    for name, kind, _, content, *_ in entries:
        if kind != 2 or not content:
            starts.append(END)
        elif len(content) < 4096:
            start = len(minifat)
            count = -(-len(content) // 64)
            minifat.extend([start + n + 1 for n in range(count - 1)] + [END])
            mini += content + bytes(-len(content) % 64)
            starts.append(start)
        else:
            starts.append(put(content))
    starts[0] = put(mini)
    minifat_start = put(b''.join(struct.pack('<I', entry) for entry in minifat) + b'\xff' * (-4 * len(minifat) % 512))
    minifat_sectors = -(-4 * len(minifat) // 512)
    listed = b''
    for (name, kind, identity, content, left, right, child), start in zip(entries, starts):
        coded = (name + '\0').encode('utf-16-le')
        size = len(mini) if kind == 5 else len(content)
        listed += coded.ljust(64, b'\0') + struct.pack('<HBBIII', len(coded), kind, 1, left, right, child) + identity
        listed += struct.pack('<IQQIQ', 0, 0, 0, start, size)
    listed += (bytes(66) + struct.pack('<BBIII', 0, 1, NONE, NONE, NONE) + bytes(48)) * (-len(entries) % 4)
    directory = put(listed)
    fat_count = 1
    while fat_count * 128 < len(sectors) + fat_count:
        fat_count += 1
    first = len(sectors)
    chains += [FAT] * fat_count + [FREE] * (fat_count * 128 - len(chains) - fat_count)
    table = b''.join(struct.pack('<I', entry) for entry in chains)
    places = list(range(first, first + fat_count)) + [FREE] * (109 - fat_count)
    header = (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(16) + struct.pack('<HHHHH', 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
              + struct.pack('<IIIIIIIII', 0, fat_count, directory, 0, 4096, minifat_start, minifat_sectors, END, 0)
              + b''.join(struct.pack('<I', place) for place in places))
    return header + b''.join(sectors) + table
