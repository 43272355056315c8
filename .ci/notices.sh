#!/bin/sh
# notices.sh OUT [TARGET]: the notices of what is in the released programs besides their own code, as the file OUT: each crate with its licence, and the
# texts that came with it, each of them once. For the machine's own target, or for TARGET. Runs where the programs were built, in the images too, so that
# it needs nothing but a shell and Cargo.
set -eu
out=$1
target=${2-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Not what only builds, and not what is in this repository.
cargo tree --locked --offline --package router --package calculatrice --package statistiques --edges normal,no-proc-macro --prefix none \
    ${target:+--target "$target"} --format '{p}|{l}|{r}' >"$work/tree"
grep -v -e '^$' -e '^[^|]* (/' "$work/tree" | sed 's/ (\*)//' | sort -u >"$work/crates"

texts() {
    find "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"$1" -maxdepth 3 -type f \
        \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'copyright*' -o -iname 'unlicense*' \) ! -name '*.rs' | sort
}

mkdir "$work/texts" "$work/users"
while IFS='|' read -r crate licence repository; do
    name=${crate%% *} version=${crate#* v}
    version=${version%% *}
    printf -- '- %s %s: %s, %s\n' "$name" "$version" "${licence:-no licence is named}" "${repository:-https://crates.io/crates/$name}" >>"$work/list"
    texts "$name-$version" >"$work/found"
    while read -r text; do
        hash=$(sha256sum <"$text")
        hash=${hash%% *}
        cp "$text" "$work/texts/$hash"
        printf '%s %s\n' "$name" "$version" >>"$work/users/$hash"
    done <"$work/found"
done <"$work/crates"

[ -n "$(ls "$work/users")" ] || {
    printf 'FAILED: no licence of a crate is found under %s\n' "${CARGO_HOME:-$HOME/.cargo}/registry/src" >&2
    exit 1
}

# The standard library, where the toolchain has its notices.
library=$(rustc --print sysroot)/share/doc/rust/COPYRIGHT
{
    printf '# Third-party notices\n\nThe programs contain these packages, beside the standard library of Rust (MIT OR Apache-2.0, https://www.rust-lang.org).\n\n'
    cat "$work/list"
    if [ -f "$library" ]; then
        printf '\n## The standard library of Rust\n\n'
        cat "$library"
    fi
    for users in "$work"/users/*; do
        printf '\n## %s\n\n' "$(sort -u "$users" | paste -s -d , - | sed 's/,/, /g')"
        tr -d '\r' <"$work/texts/${users##*/}"
    done
} >"$out"
printf 'notices: %s crates, %s texts\n' "$(wc -l <"$work/list")" "$(find "$work/users" -type f | wc -l)"
