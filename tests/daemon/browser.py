"""A browser for logins: opens a URL and prints where it ended and what it was shown.

Usage: browser.py [--address-bar] URL
With --address-bar it follows no redirect and prints where the first one points.
"""
import sys
import urllib.error
import urllib.request


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


url = sys.argv[-1]
stays = sys.argv[1] == "--address-bar"
opener = urllib.request.build_opener(*([Stay] if stays else []))
try:
    answer = opener.open(url, timeout=20)
except urllib.error.HTTPError as refused:
    answer = refused
if stays:
    print(answer.headers["location"])
else:
    print(answer.status, answer.url)
    print(answer.read().decode())
