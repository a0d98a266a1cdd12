"""The snippets for nginx and Caddy, run by the real programs: what is signed arrives as it was, and nothing else does.

Usage: proxy.py nginx|caddy SOURCE
"""
import hashlib
import hmac
import http.client
import http.server
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

SECRET = b"an app's secret"
VERIFY = "/webhooks?hub.mode=subscribe&hub.verify_token=nobody-may-log-me&hub.challenge=1158201444"
BODY = b'{"object":"instagram","entry":[{"id":"17841400000000000","text":"\xc3\xa4 \\u00e4 \\/  \t"}]}\r\n'


class Insightd(http.server.BaseHTTPRequestHandler):
    """Stands where insightd listens for webhooks; knows whether a delivery came as it was sent."""

    seen = []

    def answer(self, body):
        self.seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b"1158201444")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(b"signed" if self.headers["X-Hub-Signature-256"] == signature(body) else b"not signed")

    def log_message(self, *_):
        pass


def signature(body):
    return "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def with_replaced(text, *pairs):
    for old, new in pairs:
        assert old in text, f"the snippet has no {old}"
        text = text.replace(old, new)
    return text


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=insights.example", "-keyout", folder / "key.pem", "-out", folder / "chain.pem"],
        check=True, capture_output=True)


def nginx_command(source, folder, port, upstream):
    """The shipped server as it is, but for its ports and certificate, in the least that nginx needs around it."""
    snippet = with_replaced(
        (source / "deploy/nginx/insightd-webhooks.conf").read_text(),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"), ("    listen [::]:443 ssl;\n", ""),
        ("127.0.0.1:9466;", f"127.0.0.1:{upstream};"),
        ("/etc/letsencrypt/live/insights.example/fullchain.pem", str(folder / "chain.pem")),
        ("/etc/letsencrypt/live/insights.example/privkey.pem", str(folder / "key.pem")))
    (folder / "insightd.conf").write_text(snippet)
    temporary = "".join(f"{kind}_temp_path {folder};\n" for kind in ("proxy", "fastcgi", "scgi", "uwsgi", "client_body"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid;\nerror_log {folder}/log;\ndaemon off;\nevents {{}}\n"
        f"http {{\naccess_log {folder}/log;\n{temporary}include {folder}/insightd.conf;\n}}\n")
    command = ["nginx", "-e", folder / "log", "-c", folder / "nginx.conf"]
    subprocess.run([*command, "-t"], check=True)
    return command


def caddy_command(source, folder, port, upstream):
    snippet = with_replaced(
        (source / "deploy/caddy/Caddyfile").read_text(),
        ("insights.example {", f"https://insights.example:{port} {{\n\tbind 127.0.0.1\n"
         f"\ttls {folder}/chain.pem {folder}/key.pem"),
        ("127.0.0.1:9466", f"127.0.0.1:{upstream}"))
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + snippet)
    names = ["--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    subprocess.run(["caddy", "validate", *names], check=True)
    subprocess.run(["caddy", "validate", "--config", source / "deploy/caddy/Caddyfile", "--adapter", "caddyfile"],
                   check=True, capture_output=True, env={"HOME": str(folder), "PATH": "/usr/bin"})
    return ["caddy", "run", *names]


class Client:
    def __init__(self, port, folder):
        self.port = port
        self.tls = ssl.create_default_context(cafile=folder / "chain.pem")

    def ask(self, method, path, body=None, headers={}):
        """Over TLS to 127.0.0.1 under the name in the certificate."""
        connection = http.client.HTTPConnection("insights.example", self.port, timeout=20)
        connection.sock = self.tls.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname="insights.example")
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()


def wait_for(port, process):
    """Until it listens; each refused connection is tried again at once."""
    while process.poll() is None:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
    sys.exit(f"it ended with {process.returncode}")


def check(client, folder):
    assert client.ask("GET", VERIFY) == (200, b"1158201444"), "the handshake"
    signed = {"X-Hub-Signature-256": signature(BODY), "Content-Type": "application/json"}
    assert client.ask("POST", "/webhooks", BODY, signed) == (200, b"signed"), "a delivery as it was sent"
    large = b"x" * (1 << 20)
    assert client.ask("POST", "/webhooks", large, {"X-Hub-Signature-256": signature(large)}) == (200, b"signed"), "1 MiB"
    asked = len(Insightd.seen)
    for path in ("/", "/metrics", "/webhooks/", "/webhooks/../metrics", "/%2e/metrics"):
        assert client.ask("GET", path)[0] in (400, 404), path
    assert len(Insightd.seen) == asked, "something else got through"
    assert "nobody-may-log-me" not in (folder / "log").read_text(), "the verify token is in the log"


def check_too_long(client):
    """More than 1 MiB is refused: by nginx with 413, by Caddy 2.6 with 502, and hung up on before all of it is sent."""
    try:
        assert client.ask("POST", "/webhooks", b"x" * ((1 << 20) + 1))[0] in (413, 502)
    except OSError:
        pass


def main():
    kind, source = sys.argv[1], pathlib.Path(sys.argv[2])
    if not shutil.which(kind):
        print(f"{kind} is not installed")
        sys.exit(77)
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Insightd)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name:
        folder, port = pathlib.Path(name), free_port()
        folder.chmod(0o755)
        certificate(folder)
        make = {"nginx": nginx_command, "caddy": caddy_command}[kind]
        command = make(source, folder, port, backend.server_port)
        with open(folder / "log", "a") as log:
            proxy = subprocess.Popen(command, stdout=log, stderr=log, env={"HOME": name, "PATH": "/usr/sbin:/usr/bin"})
        try:
            wait_for(port, proxy)
            client = Client(port, folder)
            check(client, folder)
            check_too_long(client)
        except BaseException:
            print((folder / "log").read_text())
            raise
        finally:
            proxy.terminate()
            proxy.wait()
    print(f"{kind}: signed deliveries arrive as they were sent, and nothing else does")


main()
