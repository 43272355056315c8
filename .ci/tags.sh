#!/usr/bin/env bash
# tags.sh VERSION: the moving tags of the images of a release, one a line: `1.2`, unless a later fix of 1.2 is there already, and `latest`, unless a later
# version is. A pre-release has none. By the tags `v*` of this clone, whether VERSION is among them or not.
set -euo pipefail
version=$1
release='^[0-9]+\.[0-9]+\.[0-9]+$'
[[ $version =~ $release ]] || exit 0
releases=$({
    printf '%s\n' "$version"
    git tag --list 'v*' | sed 's/^v//'
} | grep -E "$release" | sort --version-sort)
line=${version%.*}
[[ $(grep "^${line//./\\.}\." <<<"$releases" | tail -n 1) != "$version" ]] || printf '%s\n' "$line"
[[ $(tail -n 1 <<<"$releases") != "$version" ]] || printf 'latest\n'
