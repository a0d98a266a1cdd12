"""A plain Python collector with the same work as `insightd collect`: requests + psycopg2, 8 threads.

Asks the same questions of the same accounts and writes one row per reading batch, upserting the
latest state. Prints the values it stored. Usage: collector.py CONFIG DSN
"""
import concurrent.futures
import json
import sys
import threading

import psycopg2
import psycopg2.extras
import requests
import yaml

SETS = {
    "FEED": "reach,views,likes,comments,saved,shares,total_interactions,follows,profile_visits",
    "REELS": "reach,views,likes,comments,saved,shares,total_interactions,"
             "ig_reels_avg_watch_time,ig_reels_video_view_total_time",
    "STORY": "reach,views,shares,total_interactions,follows,profile_visits,replies",
}
BREAKDOWNS = {
    "FEED": [("profile_activity", "action_type")],
    "REELS": [],
    "STORY": [("profile_activity", "action_type"), ("navigation", "story_navigation_action_type")],
}
MEDIA_FIELDS = ("id,caption,media_type,media_product_type,media_url,permalink,shortcode,thumbnail_url,"
                "timestamp,username,owner,like_count,comments_count,is_comment_enabled,alt_text")

config = {}
local = threading.local()


def session():
    if not hasattr(local, "http"):
        local.http = requests.Session()
        local.db = psycopg2.connect(sys.argv[2])
    return local.http, local.db


def get(account, path, **params):
    http, _ = session()
    params["access_token"] = account["secret"]
    url = config["api"]["graph_url"][account["login"]]
    return http.get(f"{url}/v24.0/{path}", params=params).json()


def pages(account, path, **params):
    while True:
        body = get(account, path, limit=100, **params)
        yield from body.get("data", [])
        if "next" not in body.get("paging", {}):
            return
        params["after"] = body["paging"]["cursors"]["after"]


def read_media(account, media):
    product = media.get("media_product_type", "FEED")
    row, cells = {}, {}
    for metrics, breakdown in [(SETS[product], None)] + BREAKDOWNS[product]:
        params = {"breakdown": breakdown} if breakdown else {}
        body = get(account, f"{media['id']}/insights", metric=metrics, **params)
        for entry in body.get("data", []):
            row[entry["name"]] = entry["values"][0]["value"]
            for split in entry.get("total_value", {}).get("breakdowns", []):
                cells[entry["name"]] = split["results"]
    return media, row, cells


def store(account, rows):
    _, db = session()
    with db, db.cursor() as cursor:
        psycopg2.extras.execute_values(
            cursor,
            "INSERT INTO py_sample (account_id, media_id, observed_at, metrics, cells) VALUES %s",
            [(account["user_id"], media["id"], json.dumps(row), json.dumps(cells))
             for media, row, cells in rows],
            template="(%s, %s, now(), %s, %s)")
        psycopg2.extras.execute_values(
            cursor,
            "INSERT INTO py_media (account_id, media_id, facts) VALUES %s "
            "ON CONFLICT (account_id, media_id) DO UPDATE SET facts = excluded.facts",
            [(account["user_id"], media["id"], json.dumps(media)) for media, _, _ in rows])
    return sum(len(row) + sum(len(c) for c in cells.values()) + 2 for _, row, cells in rows)


def collect(job):
    account, batch = job
    return store(account, [read_media(account, media) for media in batch])


def main():
    config.update(yaml.safe_load(open(sys.argv[1])))
    with psycopg2.connect(sys.argv[2]) as db, db.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS py_sample, py_media;"
            "CREATE TABLE py_sample (account_id bigint, media_id bigint, observed_at timestamptz,"
            " metrics jsonb, cells jsonb, PRIMARY KEY (account_id, media_id, observed_at));"
            "CREATE TABLE py_media (account_id bigint, media_id bigint, facts jsonb,"
            " PRIMARY KEY (account_id, media_id))")
    for account in config["accounts"]:
        account["secret"] = open(account["token"]["file"]).read().strip()
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        lists = threads.map(
            lambda a: (a, list(pages(a, f"{a['user_id']}/media", fields=MEDIA_FIELDS))
                       + list(pages(a, f"{a['user_id']}/stories", fields=MEDIA_FIELDS))),
            config["accounts"])
        jobs = [(account, media[at:at + 50]) for account, media in lists
                for at in range(0, len(media), 50)]
        print(sum(threads.map(collect, jobs)))


if __name__ == "__main__":
    main()
