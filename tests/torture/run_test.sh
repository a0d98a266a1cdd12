#!/bin/sh
# tests/torture/run takes its options in any order and shares out every fault: with programs that only say what they
# were told.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
programs=$folder/build/release/tests/torture/random
mkdir -p "$folder/tests/torture" "$folder/deploy/lib" "$folder/bin" "$programs"
cp "$here/run" "$folder/tests/torture/run"
echo 'install_missing() { :; }' >"$folder/deploy/lib/packages.sh"
printf '#!/bin/sh\n' >"$folder/bin/cmake"
cat >"$programs/insightd-torture-random" <<'END'
#!/bin/sh
printf told
printf ' <%s>' "$@"
echo
END
chmod +x "$folder/bin/cmake" "$programs/insightd-torture-random"

# The options, then a line for each program.
expect() {
    expected=$1
    shift
    told=$(PATH="$folder/bin:$PATH" sh "$folder/tests/torture/run" "$@" | grep '^told')
    [ "$told" = "$expected" ] && return
    printf 'run %s\n%s\ninstead of\n%s\n' "$*" "$told" "$expected"
    exit 1
}

expect 'told <--faults> <3> <--seed> <7> <--only> <kill -9>
told <--faults> <3> <--seed> <8> <--only> <kill -9>
told <--faults> <4> <--seed> <9> <--only> <kill -9>' --only 'kill -9' --faults 10 --jobs 3 --seed 7
expect 'told <--faults> <5> <--seed> <1> <--tell> <--only> <disk>
told <--faults> <5> <--seed> <2> <--tell> <--only> <disk>' --jobs 2 --tell --faults 10 --only disk
expect 'told <--faults> <10000> <--seed> <1>' --jobs 1
