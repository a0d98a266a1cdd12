"""A browser through the WebDriver protocol (https://www.w3.org/TR/webdriver2/), with nothing but Python."""
import base64
import json
import re
import shutil
import subprocess
import urllib.request


def missing():
    """What there is not of a browser; empty: all is there."""
    return [name for name in ("chromium", "chromedriver") if not shutil.which(name)]


def start_driver():
    """A chromedriver and its port. It takes a free port of IPv4 and asks for the same of IPv6, which another program
    may have: it says so, ends, and is started again."""
    for _ in range(20):
        driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in driver.stdout:
            said.append(line)
            if found := re.search(r"started successfully on port (\d+)", line):
                return driver, found[1]
        driver.wait()
        if not any("port not available" in line for line in said):
            break
    raise RuntimeError("chromedriver did not start; it said: " + "".join(said))


class Browser:
    """Chromium without a screen: `width` wide, scripts of pages switched off."""

    def __init__(self, width, height=900, dark=False):
        self.driver, port = start_driver()
        self.url = f"http://127.0.0.1:{port}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--disable-dev-shm-usage", f"--window-size={width},{height}"]
        if dark:
            arguments.append("--force-dark-mode")
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": {"profile.managed_default_content_settings.javascript": 2},
            }}}})
        self.url += f"/session/{session['sessionId']}"
        self.devtools("Emulation.setDeviceMetricsOverride",
                      {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        self.devtools("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=240) as answer:
            return json.load(answer)["value"]

    def devtools(self, command, parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def ask(self, script, *arguments):
        """What a script of ours says of the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def complaints(self):
        """What the browser complained of: refused styles, scripts, requests."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, file):
        """The whole page, however long."""
        picture = self.devtools(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
        file.write_bytes(base64.b64decode(picture["data"]))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
