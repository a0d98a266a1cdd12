#!/bin/sh
# The package is installed, upgraded, removed and purged by apt in a copy of this machine's root that is thrown away
# (overlayfs in a mount namespace of its own): the machine itself is not changed. For root; PostgreSQL must be there.
#   installation.sh FOLDER            77: skipped
set -eu
package=$(ls "$1"/insightd_*.deb 2>/dev/null | head -n 1)
[ -n "$package" ] || { echo "no package in $1: deploy/package makes it"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "only root may"; exit 77; }

if [ "${2:-}" != inside ]; then
    scratch=$(mktemp -d)
    trap 'rmdir "$scratch"' EXIT
    unshare --mount true 2>/dev/null || { echo "no mount namespaces here"; exit 77; }
    unshare --mount --pid --fork --kill-child "$0" "$1" inside "$scratch"
    exit
fi

scratch=$3
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root" ||
    { echo "no overlayfs here"; exit 77; }
root=$scratch/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
cp "$package" "$root/tmp/insightd.deb"
rm -f "$root/var/lib/man-db/auto-update" # the index of all manual pages takes longer than everything else
# The next version, for the upgrade: the same but for its number.
dpkg-deb -R "$package" "$root/tmp/next"
sed -i 's/^Version: .*/Version: 99.0.0/' "$root/tmp/next/DEBIAN/control"
dpkg-deb --root-owner-group -b "$root/tmp/next" "$root/tmp/next.deb" >/dev/null

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { inside apt-get -y -qq --no-install-recommends -o APT::Sandbox::User=root -o Dpkg::Use-Pty=0 "$@"; }
say() { echo "== $*"; }
is() { [ "$1" = "$2" ] || { echo "is: $1"; echo "not: $2"; exit 1; }; }
as_service() { inside runuser -u insightd -- "$@"; }

say "install"
apt install /tmp/insightd.deb
inside insightd --version
is "$(inside stat -c '%A %U %G' /etc/insightd/insightd.yaml)" "-rw-r----- root insightd"
is "$(inside stat -c '%A %U %G' /var/lib/insightd)" "drwx------ insightd insightd"
is "$(inside dpkg -V insightd)" ""
is "$(inside systemctl is-enabled insightd.service || true)" disabled
inside man -w insightd insightd.yaml
as_service insightd check
inside systemd-analyze verify /usr/lib/systemd/system/insightd.service

say "a database of its own, as the service's user"
as_service insightd migrate
is "$(inside test -d /var/lib/insightd/postgres && echo there)" there

say "upgrade: what the administrator changed stays"
echo "# mine" >>"$root/etc/insightd/insightd.yaml"
inside chmod 600 /etc/insightd/insightd.yaml
inside chown insightd /etc/insightd/insightd.yaml
apt install /tmp/next.deb
is "$(inside dpkg-query -W -f '${Version}' insightd)" 99.0.0
is "$(tail -n 1 "$root/etc/insightd/insightd.yaml")" "# mine"
is "$(inside stat -c '%A %U' /etc/insightd/insightd.yaml)" "-rw------- insightd"
as_service insightd migrate --dry-run

say "remove: configuration and state stay"
apt remove insightd
is "$(inside sh -c 'command -v insightd || echo gone')" gone
is "$(inside test -d /var/lib/insightd/postgres -a -f /etc/insightd/insightd.yaml && echo there)" there

say "purge: nothing stays"
apt purge insightd
is "$(inside sh -c 'getent passwd insightd; getent group insightd; echo none')" none
# What differs from the machine stands in the upper layer; a character device there says that something is gone. Logs,
# and the cache of man, are not the package's.
is "$(cd "$scratch/upper" && find etc usr var -iname '*insightd*' -not -type c -not -path 'var/log/*' -not -path 'var/cache/man/*')" ""
echo "installed, upgraded, removed and purged"
