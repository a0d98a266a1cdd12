# Installs what the given lists (packages.txt) name and this machine lacks. Sourced by the scripts.

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
    grep -hv '^#' "$@" | while read -r package; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'install ok installed' || echo "$package"
    done
}

install_missing() {
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    echo "installing: $(echo $missing)"
    export DEBIAN_FRONTEND=noninteractive
    # A cluster of the whole machine is not wanted: tests and quickstart start their own.
    as_root mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null
}
