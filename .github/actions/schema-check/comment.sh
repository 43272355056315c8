#!/usr/bin/env bash
# Writes the review into the pull request: a first time as a new comment, later into the same one.
set -euo pipefail

marker='<!-- schema-check -->'
body=$(printf '%s\n%s\n' "$marker" "$(cat "$REPORT")")
filter=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
comments=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --jq "$filter")
comment=${comments%%$'\n'*}
if [[ -n $comment ]]; then
    gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$comment" --raw-field "body=$body"
else
    gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" --raw-field "body=$body"
fi
