# What is shown inside the booted root; sourced by trial.sh. Each step stands alone in what it checks, and leaves the
# service collecting for the next one.
unit=insightd.service
yaml=/etc/insightd/insightd.yaml

sql() { inside runuser -u postgres -- psql -X -At -d insights -c "$1"; }
holds() { [ "$(sql "SELECT $1")" = t ]; }
property() { inside systemctl show -P "$1" "$unit"; }
has_property() { [ "$(property "$1")" = "$2" ]; }
journal_has() { inside journalctl -q -u "$unit" -g "$1"; }
private_server_has_rows() {
    [ "$(inside runuser -u insightd -- psql -X -At -h /var/lib/insightd/postgres/socket -d insights \
        -c 'SELECT count(*) > 0 FROM store.media_sample')" = t ]
}
count_reloads() { journal_has config_reloaded | wc -l; }
has_reloaded_since() { [ "$(count_reloads)" -gt "$1" ]; }
spooled() {
    inside runuser -u insightd -- sqlite3 -readonly /var/lib/insightd/spool/spool.db "SELECT count(*) FROM ${1:-record}"
}
has_spooled() { [ "$(spooled)" -ge "$1" ]; }
spool_is_empty() { [ "$(spooled)" = 0 ]; }
another_process() { [ "$(property MainPID)" != "$1" ] && has_property ActiveState active; }
apt_inside() { inside apt-get -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >"$scratch/apt" 2>&1 ||
    { cat "$scratch/apt"; failed "apt-get $*"; }; }
# Counters of starts begin anew, as after a person looked.
start_anew() {
    inside systemctl reset-failed "$unit" 2>/dev/null || true
    inside systemctl start "$unit"
}

step_install() {
    apt_inside install /trial/insightd.deb
    is "after installation" "$(inside systemctl is-enabled "$unit" || true) $(inside systemctl is-active "$unit" || true)" \
        "disabled inactive"
    ok "installed: neither enabled nor started"
}

# Two accounts with their tokens in credentials of systemd; the third comes with the reload, its token in the vault.
step_configure() {
    inside runuser -u postgres -- createuser insightd
    inside runuser -u postgres -- createdb -O insightd insights
    inside systemd-run --quiet --unit=sandbox /trial/insightd-sandbox --speed 600 --days-served 90 \
        --database postgresql:///insights --state-dir /var/lib/insightd --write-config /trial/sandbox.yaml
    eventually 30 "the sandbox" inside grep -q 'timezone: UTC' /trial/sandbox.yaml
    sed -e 's|{file: /trial/tiny_garden.token}|{vault: true}|' -e 's|{file: /trial/\(.*\).token}|{credential: \1}|' \
        "$tree/trial/sandbox.yaml" >"$tree/trial/three.yaml"
    sed '/name: tiny_garden/,$d' "$tree/trial/three.yaml" >"$tree/trial/two.yaml"
    inside cp /trial/two.yaml "$yaml"
    mkdir -p "$tree/etc/systemd/system/$unit.d"
    { # Shorter than in the unit, so that nobody waits a minute for the watchdog.
        printf '[Service]\nWatchdogSec=10s\nRestartSec=1s\n'
        for account in metricsaurus bakery_berlin; do
            inside SYSTEMD_LOG_LEVEL=err systemd-creds encrypt --name=$account /trial/$account.token /etc/insightd/$account.cred >&2
            echo "LoadCredentialEncrypted=$account:/etc/insightd/$account.cred"
        done
    } >"$tree/etc/systemd/system/$unit.d/trial.conf"
    inside systemctl daemon-reload
    inside systemctl -q enable "$unit"
    ok "configured: tokens in encrypted credentials, a PostgreSQL server, the sandbox as the platform"
}

step_ready() {
    inside systemctl start --no-block "$unit"
    is "before READY=1" "$(inside systemctl is-active "$unit" || true)" activating
    inside systemctl start "$unit"
    is "after the start" "$(inside systemctl is-active "$unit")" active
    ok "ready: Type=$(property Type), status '$(property StatusText)'"
}

step_rows() {
    eventually 60 "rows in PostgreSQL" holds "count(*) > 500 FROM store.media_sample"
    is "accounts that have rows" "$(sql "SELECT count(DISTINCT account) FROM insights.media_latest")" 2
    ok "rows: $(sql "SELECT count(*) FROM store.media_sample") readings of 2 accounts in PostgreSQL"
}

step_hardened() {
    inside systemd-analyze security --no-pager --threshold=12 "$unit" >"$scratch/security" || failed "the unit's exposure"
    about=$(inside cat "/proc/$(property MainPID)/status")
    for line in 'NoNewPrivs:	1' 'Seccomp:	2' 'CapEff:	0000000000000000' 'CapBnd:	0000000000000000'; do
        echo "$about" | grep -qx "$line" || failed "the process: not '$line'"
    done
    ok "hardened: $(grep -o 'Overall exposure.*: [0-9.]*' "$scratch/security") of the running unit; no capability"
}

step_reload() {
    pid=$(property MainPID)
    inside sh -c 'runuser -u insightd -- insightd token add tiny_garden --config /trial/three.yaml </trial/tiny_garden.token' \
        >/dev/null || failed "token add"
    inside cp /trial/three.yaml "$yaml"
    inside systemctl reload "$unit"
    eventually 20 "the reload" journal_has 'config_reloaded added=1 removed=0'
    eventually 30 "rows of the added account" holds "count(*) > 0 FROM insights.media_latest WHERE account = 'tiny_garden'"
    # The same text again is passed over, but at the signal.
    reloads=$(count_reloads)
    inside systemctl reload "$unit"
    eventually 20 "the signal" has_reloaded_since "$reloads"
    echo 'accounts: no list' | inside tee "$yaml" >/dev/null
    inside systemctl reload "$unit"
    eventually 20 "the refusal of a bad file" journal_has "config_not_reloaded reason=\"$yaml:1:"
    inside cp /trial/three.yaml "$yaml"
    is "after reloads" "$(property MainPID) $(property ActiveState)" "$pid active"
    ok "reload: an account more, the same process; a bad file is refused, and told with its line"
}

# While the database is away as well: what was spooled before the loop stood still must be there afterwards.
step_watchdog() {
    readings="SELECT md5(string_agg(s::text, '' ORDER BY s::text)) FROM store.media_sample s
        WHERE observed_at <= (SELECT until FROM trial)"
    sql "CREATE TABLE trial AS SELECT max(observed_at) AS until FROM store.media_sample" >/dev/null
    before=$(sql "$readings")
    inside systemctl stop postgresql
    eventually 60 "the spool" has_spooled 20
    pid=$(property MainPID)
    inside sh -c "kill -STOP $pid"
    waiting=$(spooled)
    eventually 60 "the watchdog" another_process "$pid"
    journal_has 'Watchdog timeout' >/dev/null || failed "it was not the watchdog"
    has_spooled "$waiting" || failed "of $waiting spooled batches $(spooled) are left"
    inside systemctl start postgresql
    eventually 90 "the spool's replay" spool_is_empty
    is "readings from before" "$(sql "$readings")" "$before"
    is "lost and set aside" "$(sql 'SELECT count(*) FROM store.loss') $(spooled loss) $(spooled set_aside)" "0 0 0"
    is "restarts" "$(property NRestarts)" 1
    after=$(sql "SELECT count(*) FROM store.media_sample WHERE observed_at > (SELECT until FROM trial)")
    [ "$after" -gt 0 ] || failed "nothing of the time without PostgreSQL arrived"
    ok "watchdog: a stopped loop was killed and started anew; $waiting batches waited on the disk, none lost"
}

step_bad_configuration() {
    echo 'accounts: no list' | inside tee "$yaml" >/dev/null
    inside systemctl restart "$unit" 2>/dev/null && failed "it started with a bad file"
    is "after a bad file" "$(property ExecMainStatus) $(property SubState) $(property NRestarts)" "78 failed 0"
    inside cp /trial/three.yaml "$yaml"
    start_anew
    ok "exit 78: not restarted"
}

# runs_instead COMMAND: the unit runs it in place of insightd; its rules stay.
runs_instead() {
    printf '[Service]\nExecStart=\nExecStart=/bin/sh -c "%s"\n' "$1" >"$tree/etc/systemd/system/$unit.d/z-instead.conf"
    inside systemctl daemon-reload
    start_anew 2>/dev/null || true
}
step_restarts() {
    inside systemctl stop "$unit"
    for code in 64 77; do
        runs_instead "exit $code"
        is "after exit $code" "$(property ExecMainStatus) $(property SubState) $(property NRestarts)" "$code failed 0"
    done
    runs_instead "exit 70"
    eventually 60 "the limit of starts" journal_has 'Start request repeated too quickly'
    restarts=$(property NRestarts)
    is "after too many crashes" "$(property SubState)" failed
    rm "$tree/etc/systemd/system/$unit.d/z-instead.conf"
    inside systemctl daemon-reload
    start_anew
    ok "restarts: none after 64 and 77; after crashes $restarts, then systemd gives up"
}

step_stop() {
    begins=$(date +%s)
    inside systemctl stop "$unit"
    took=$(($(date +%s) - begins))
    [ $took -le 12 ] || failed "the stop took $took s"
    is "after the stop" "$(property Result) $(property ExecMainStatus) $(property ActiveState)" "success 0 inactive"
    is "left in the spool" "$(spooled)" 0
    start_anew
    ok "stop: within $took s, everything stored"
}

step_embedded() {
    inside systemctl stop "$unit"
    sed 's/^database: .*/database: embedded/' "$tree/trial/three.yaml" | inside tee "$yaml" >/dev/null
    start_anew
    eventually 60 "rows in the private server" private_server_has_rows
    eventually 60 "the spool's replay" spool_is_empty
    inside systemctl stop "$unit"
    is "after the stop" "$(property Result) $(property ExecMainStatus) $(spooled)" "success 0 0"
    inside tail -n 1 /var/lib/insightd/postgres/server.log | grep -q 'database system is shut down' ||
        failed "the private server was not stopped in order"
    inside cp /trial/three.yaml "$yaml"
    start_anew
    ok "embedded: a private PostgreSQL within the hardened unit, and stopped with it"
}

step_upgrade() {
    pid=$(property MainPID)
    schema=$(sql "SELECT max(number) FROM insightd.schema_version")
    apt_inside install /trial/later.deb
    another_process "$pid" || failed "it was not restarted"
    is "schema" "$(sql "SELECT max(number) FROM insightd.schema_version")" $((schema + 1))
    is "configuration" "$(inside cmp "$yaml" /trial/three.yaml && echo kept)" kept
    ok "upgrade: schema $schema became $((schema + 1)), restarted, configuration kept"
}

step_purge() {
    apt_inside remove insightd
    is "after removal" "$(inside systemctl is-active "$unit" || true)" inactive
    inside test -f "$yaml" -a -d /var/lib/insightd || failed "removal took configuration or state"
    apt_inside purge insightd
    is "user and group" "$(inside sh -c 'getent passwd insightd; getent group insightd; echo none')" none
    left=$(inside find /etc /usr /var /run -iname '*insightd*' -not -path '/var/log/*' -not -path '/var/cache/*' \
        -not -path "/etc/systemd/system/$unit.d*")
    is "left behind" "$left" ""
    holds "count(*) > 500 FROM store.media_sample" || failed "the server's database"
    ok "purge: files, state and user gone; the server's database stays"
}

all_steps() {
    for step in install configure ready rows hardened reload watchdog bad_configuration restarts stop embedded upgrade purge; do
        step_$step
    done
}
