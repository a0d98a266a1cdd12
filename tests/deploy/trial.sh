#!/bin/sh
# The package in a clean Debian 12 that is booted with a systemd of its own, against the sandbox: what the unit promises is
# shown, one line a step. All happens in a throw-away folder below /var/tmp and in namespaces of its own: this machine's
# services and network are not touched. For root, with deploy/package done before; some minutes, most of them downloads.
#   trial.sh BUILD [BASE.tar]          BASE.tar: the clean root, made if it is not there; 77: skipped
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$(realpath "$1")
base=${2:-}
skip() { echo "skipped: $*"; exit 77; }
package=$(ls "$build"/package/insightd_*.deb 2>/dev/null | head -n 1)
sandbox=$build/tests/sandbox/insightd-sandbox
[ -n "$package" ] || skip "no package in $build/package: deploy/package makes it"
[ -x "$sandbox" ] || skip "no $sandbox"
[ "$(id -u)" = 0 ] || skip "only root may"
for tool in mmdebstrap systemd-nspawn nsenter; do
    command -v $tool >/dev/null || skip "no $tool: tests/deploy/packages.txt"
done
# Where this machine has its Debian 12 from.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
[ -n "$mirror" ] || skip "apt has no source of Debian 12"

scratch=$(mktemp -d /var/tmp/insightd-trial-XXXXXX)
tree=$scratch/root
nspawn='' leader=''
step=preparation
clean_up() {
    case $? in 0 | 77) ;; *) echo "ended in: $step" ;; esac
    trap - EXIT
    [ -z "$leader" ] || kill -KILL "$leader" 2>/dev/null || true
    [ -z "$nspawn" ] || wait "$nspawn" 2>/dev/null || true
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

ok() { echo "ok $*"; }
failed() {
    echo "FAILED $*"
    [ -z "$leader" ] || inside journalctl --no-pager -q -n 30 -p notice -u insightd || tail -n 20 "$scratch/console"
    exit 1
}
is() { [ "$2" = "$3" ] || failed "$1: is '$2', not '$3'"; }
# eventually SECONDS WHAT COMMAND…: until the command succeeds; what is waited for is another process's doing.
eventually() {
    ends=$(($(date +%s) + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $ends ] || failed "$what: not within its time"
        sleep 0.2
    done
}

clean_root() {
    tar=${base:-$scratch/base.tar}
    [ -e "$tar" ] || mmdebstrap --quiet --variant=minbase --mode=root \
        --include=systemd,systemd-sysv,dbus,postgresql,sqlite3 bookworm "$tar" "$mirror" ||
        skip "no clean root could be made"
    mkdir "$tree"
    tar -C "$tree" -xf "$tar"
    mkdir "$tree/trial"
    cp "$package" "$tree/trial/insightd.deb"
    cp "$sandbox" "$tree/trial/"
    # Downloaded now: what is booted has no network but loopback.
    chroot "$tree" apt-get -qq update
    chroot "$tree" apt-get -qq -y --no-install-recommends --download-only install /trial/insightd.deb >/dev/null
}

# The same, but for its number and one migration more. Built in an overlay of this tree, which stays as it is.
later_package() {
    mkdir "$scratch/upper" "$scratch/work"
    dpkg-deb -R "$package" "$scratch/later"
    sed -i 's/^Version: .*/Version: 99.0.0/' "$scratch/later/DEBIAN/control"
    last=$(ls "$source/storage/migrations" | sort | tail -n 1 | cut -c 1-4)
    later=$(printf '%04d' $(($(expr "$last" + 0) + 1)))
    unshare --mount sh -eu -c '
        mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$2"
        cd "$2"
        echo "CREATE TABLE store.trial_was_here ();" >"storage/migrations/$4_trial.sql"
        cmake --build "$3" --target insightd
        strip -o "$1/later/usr/bin/insightd" "$3/daemon/insightd"' \
        sh "$scratch" "$source" "$build" "$later" >"$scratch/later.log" 2>&1 || { tail "$scratch/later.log"; exit 1; }
    dpkg-deb --root-owner-group -b "$scratch/later" "$tree/trial/later.deb" >/dev/null
}

inside() {
    nsenter --target "$leader" --all --root --wd \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
has_booted() {
    leader=$(pgrep -x -P "$nspawn" systemd) && inside systemctl is-active multi-user.target
}
boot() {
    systemd-nspawn --quiet --register=no --keep-unit --private-network --console=pipe --boot --directory="$tree" \
        </dev/null >"$scratch/console" 2>&1 &
    nspawn=$!
    eventually 120 "boot" has_booted
    is "process 1" "$(inside cat /proc/1/comm)" systemd
    ok "booted: Debian $(cat "$tree/etc/debian_version"), $(inside systemctl --version | head -n 1) as process 1"
}

. "$here/trial_steps.sh"
clean_root
later_package
boot
all_steps
inside systemctl poweroff
wait "$nspawn" || true
nspawn='' leader=''
ok "powered off"
