"""The status page in a real Chromium: a phone and a desktop, light and dark, all well and not.

Usage: status_page.py --insightd PROGRAM --sandbox PROGRAM --screenshots FOLDER
       status_page.py --pages FOLDER --screenshots FOLDER    (pages that were saved as files)
Exit code 77: this machine has no Chromium.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import webdriver

WIDTHS = {"phone": 390, "desktop": 1280}

# Each returns what is wrong, in words.
WIDER_THAN_THE_SCREEN = """
const most = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= most) return [];
return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > most + 1
  && !e.closest('.scroll')).slice(0, 5).map(e => e.outerHTML.slice(0, 120));
"""
BADLY_MADE = """
const wrong = [];
const say = (bad, words) => { if (bad) wrong.push(words); };
say(document.documentElement.lang !== 'en', 'no language');
say(!document.querySelector('meta[name=viewport]'), 'no viewport');
say(document.querySelectorAll('h1').length !== 1, 'not one h1');
say(document.title.trim() === '', 'no title');
say(document.scripts.length > 0, 'scripts');
say(getComputedStyle(document.body).marginTop !== '0px', 'the style does not apply');
let level = 0;
for (const heading of document.querySelectorAll('h1,h2,h3')) {
  const own = Number(heading.tagName[1]);
  say(own > level + 1, `h${own} after h${level}: ${heading.textContent}`);
  level = own;
}
for (const picture of document.querySelectorAll('svg:not([aria-hidden])')) {
  say(!picture.getAttribute('aria-label'), 'a picture without words');
  say(!picture.closest('section').querySelector('details table'), 'a picture without a table');
}
for (const input of document.querySelectorAll('input'))
  say(!document.querySelector(`label[for=${input.id}]`), 'an input without a label');
return wrong;
"""
# Of texts that are seen, those that stand out too little. Source: WCAG 2.1, 1.4.3.
FAINT = """
const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(
  v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce(
  (sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
const ground = e => { for (; e; e = e.parentElement) {
  const colour = numbers(getComputedStyle(e).backgroundColor);
  if (colour.length < 4 || colour[3] > 0) return colour; } return [255, 255, 255]; };
const wrong = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || !e.getClientRects().length || e.tagName === 'title') continue;
  const style = getComputedStyle(e);
  const ink = light(numbers(e.namespaceURI.includes('svg') ? style.fill : style.color));
  const behind = light(ground(e));
  const contrast = (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
  if (contrast < 4.5) wrong.push(`${contrast.toFixed(1)}: ${e.textContent.slice(0, 60)}`);
}
return wrong.slice(0, 5);
"""
# What it says of an icon that there is none of, and of the page that says that there is none.
USUAL = ("/favicon.ico", "/account/nobody - Failed to load resource: the server responded with a status of 404")
UNFOLD = "for (const e of document.querySelectorAll('details')) e.open = true;"


def mistakes_on(browser, url, screenshot):
    browser.open(url)
    browser.screenshot(screenshot)
    mistakes = []
    for _ in range(2):
        mistakes += [f"wider than the screen: {m}" for m in browser.ask(WIDER_THAN_THE_SCREEN)]
        mistakes += [f"badly made: {m}" for m in browser.ask(BADLY_MADE)]
        mistakes += [f"too faint: {m}" for m in browser.ask(FAINT)]
        browser.ask(UNFOLD)
    return mistakes + [f"the browser complains: {m}" for m in browser.complaints()
                       if not any(usual in m for usual in USUAL)]


def look(urls, folder):
    """Looks at all pages; returns what is wrong with them."""
    folder.mkdir(parents=True, exist_ok=True)
    mistakes = []
    for size, width in WIDTHS.items():
        for scheme in ("light", "dark"):
            with webdriver.Browser(width, dark=scheme == "dark") as browser:
                for name, url in urls.items():
                    file = folder / f"{name}-{size}-{scheme}.png"
                    found = mistakes_on(browser, url, file)
                    mistakes += [f"{file.stem}: {mistake}" for mistake in found]
                    print(f"{file} {'ok' if not found else 'NOT OK'}")
    return mistakes


class Daemon:
    """A sandbox, and insightd on it, an hour in a minute."""

    def __init__(self, wish, *world):
        self.processes = []
        self.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.folder.name)
        folder.chmod(0o755)  # the private PostgreSQL may have a user of its own
        config = folder / "insightd.yaml"
        self.start([wish.sandbox, "--speed", "60", "--start", "2026-03-01T12:00:00Z", "--database",
                    "embedded", "--state-dir", folder / "state", "--write-config", config, *world],
                   "ready")
        text = config.read_text()
        config.write_text(text.replace("accounts:", 'http: {listen: "127.0.0.1:0"}\naccounts:', 1))
        port = self.start([wish.insightd, "run", "--config", config],
                          r"pages address=127\.0\.0\.1 port=(\d+)")
        self.url = f"http://127.0.0.1:{port[1]}"

    def start(self, words, until):
        process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        for line in process.stdout:
            if found := re.search(until, line):
                # A log that nobody reads holds its writer up.
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return found
        raise RuntimeError(f"{words[0]} ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        self.folder.cleanup()


def look_at_all(wish):
    """One that begins, three accounts of which one has a dead token, and an agency's."""
    with Daemon(wish, "--accounts", "1", "--days-of-history", "0") as daemon:
        mistakes = look({"empty": daemon.url + "/"}, wish.screenshots)
    with Daemon(wish, "--dead-token-of", "bakery_berlin") as daemon:
        mistakes += look(urls_of(daemon), wish.screenshots)
    with Daemon(wish, "--accounts", "300", "--days-of-history", "2", "--dead-token-of", "account_42") as daemon:
        wait_until_it_says(daemon.url + "/", "1 account needs you")
        mistakes += look({"big": daemon.url + "/"}, wish.screenshots)
    return mistakes


def wait_until_it_says(url, words):
    with webdriver.Browser(1280) as browser:
        while True:
            browser.open(url)
            if words in browser.ask("return document.body.innerText"):
                return


def urls_of(daemon):
    """The overview, an account, and its newest post."""
    with webdriver.Browser(1280) as browser:
        account = daemon.url + "/account/metricsaurus"
        while True:
            browser.open(account)
            links = browser.ask("return [...document.querySelectorAll('a[href*=\"/media/\"]')]"
                                ".map(link => link.href)")
            if links:
                return {"overview": daemon.url + "/", "account": account, "post": links[0],
                        "dead-token": daemon.url + "/account/bakery_berlin",
                        "found": daemon.url + "/?q=tiny", "nothing": daemon.url + "/account/nobody"}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--insightd")
    options.add_argument("--sandbox")
    options.add_argument("--pages", type=pathlib.Path)
    options.add_argument("--screenshots", type=pathlib.Path, required=True)
    wish = options.parse_args()
    if missing := webdriver.missing():
        print(f"skipped: this machine has no {' and no '.join(missing)} "
              "(apt-get install chromium chromium-driver)")
        return 77
    if wish.pages:
        mistakes = look({file.stem: file.resolve().as_uri() for file in sorted(wish.pages.glob("*.html"))},
                        wish.screenshots)
    else:
        mistakes = look_at_all(wish)
    print("\n".join(mistakes) or "all pages are as they should be")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
