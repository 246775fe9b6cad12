import sys


def count(sacks):
    """All of them."""
    return sum(sacks.values())


if __name__ == "__main__":
    print(count({"rye": 41}), file=sys.stderr)
