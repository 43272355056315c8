#!/usr/bin/env bash
# archive.sh PROGRAMS ARCHITECTURE OUT: the released archives of the programs in the folder PROGRAMS, as OUT/PROGRAM-ARCHITECTURE-linux.tar.gz, each
# with the licences and the notices of third parties. Fails when a program needs a library, or does not start.
set -euo pipefail
programs=$1 architecture=$2 out=$3
root=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
mkdir -p "$out"
notices=$(mktemp -d)
trap 'rm -rf "$notices"' EXIT
(cd "$root" && .ci/notices.sh "$notices/THIRD-PARTY.md" "$architecture-unknown-linux-musl")
chmod 644 "$notices/THIRD-PARTY.md"
for program in router calculatrice statistiques; do
    if readelf --program-headers "$programs/$program" | grep -q INTERP; then
        printf 'FAILED: %s is not static\n' "$program" >&2
        exit 1
    fi
    "$programs/$program" --version
    # The same bytes for the same programs: no times, no names.
    tar --create --gzip --file "$out/$program-$architecture-linux.tar.gz" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
        --directory "$programs" "$program" --directory "$root" LICENSE-APACHE LICENSE-MIT --directory "$notices" THIRD-PARTY.md
done
