"""The fuzzers: what each is for, where it begins, and how much of a long run it gets.

The shares of a group are parts of the group's total, in percent. Where seeds are files of
tests/fixtures; what was found once lies in tests/fixtures/fuzz/TARGET.
"""
from typing import NamedTuple


class Target(NamedTuple):
    group: str
    share: int
    seeds: tuple
    longest: int = 1024  # bytes, in nine slices of ten


TOTALS = {"json": 100_000_000, "http": 50_000_000, "yaml": 10_000_000, "disk": 2_000_000}

TARGETS = {
    "media": Target("json", 14, ("graph/*media-list*", "graph/media-carousel*", "graph/live-media*",
                                 "graph/seed-media-list*")),
    "media_insights": Target("json", 18, ("graph/*media-insights*", "graph/user-insights-total*")),
    "user_insights": Target("json", 16, ("graph/user-insights*",)),
    "profile": Target("json", 12, ("graph/seed-me*", "graph/seed-user-node*", "graph/business-*",
                                   "graph/content-publishing-limit*")),
    "messages": Target("json", 12, ("graph/*message*", "graph/*conversation*")),
    "public": Target("json", 10, ("graph/media-carousel*",)),
    "walks": Target("json", 2, ("graph/*message*", "graph/*conversation*")),
    "errors": Target("json", 11, ("graph/errors*", "graph/live-probe-errors*", "graph/*rejected*",
                                  "graph/business-discovery-unknown*")),
    "batch": Target("json", 5, ("graph/batch*",)),
    "usage": Target("http", 20, ("graph/usage-headers*",)),
    "oauth": Target("http", 20, ("graph/*oauth*", "graph/debug-token*", "graph/page-*", "login/*.json")),
    "redirect": Target("http", 25, ("login/*.txt",), 512),
    "transport": Target("http", 15, ("graph/live-probe-errors*", "login/redirect.txt")),
    "webhook": Target("http", 20, ("graph/webhook*",)),
    "configuration": Target("yaml", 100, ("config/*.yaml",), 512),
    "record": Target("disk", 90, ("spool/*",)),
    "keyring": Target("disk", 9, ("login/key.txt",), 512),
    "spool_file": Target("disk", 1, ("spool/*",)),
}


def total_of(name):
    """How many executions a long run gives the target."""
    target = TARGETS[name]
    return TOTALS[target.group] * target.share // 100


if __name__ == "__main__":
    for target_name, target in TARGETS.items():
        print(target_name, target.longest)
