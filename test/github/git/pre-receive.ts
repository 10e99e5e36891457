/**
 * What GitHub refuses in a push, as the repository's own hook. The server says in two
 * variables what holds for the pusher; a push by file path, as fixtures do, has neither.
 */
export const preReceiveHook = `#!/bin/sh
while read -r old new ref; do
  for branch in $STAND_IN_PROTECTED; do
    if [ "$ref" = "refs/heads/$branch" ]; then
      echo "error: GH006: Protected branch update failed for $ref."
      exit 1
    fi
  done
  case "$new" in *[!0]*) ;; *) continue ;; esac
  [ "$STAND_IN_WORKFLOWS" = refused ] || continue
  for commit in $(git rev-list "$new" --not --all); do
    file=$(git diff-tree --no-commit-id --name-only -r -m --root "$commit" -- .github/workflows | head -n 1)
    if [ -n "$file" ]; then
      echo "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission"
      exit 1
    fi
  done
done
`
