#!/usr/bin/env bash
# House rules of .github/workflows: every action by a full commit with its version beside it, no job with rights that it
# does not name, and actionlint where there is Go to build it.
# usage: workflows.sh [FOLDER]     default: .github/workflows
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "$0")/env.sh"
folder=${1:-$root/.github/workflows}

bad=0
fault() {
    say "error: $*"
    bad=1
}
shopt -s nullglob
files=("$folder"/*.yml "$folder"/*.yaml)
[ ${#files[@]} -gt 0 ] || die "$folder holds no workflow"
for file in "${files[@]}"; do
    while IFS=: read -r line text; do
        [[ $text =~ uses:\ [A-Za-z0-9_./-]+@[0-9a-f]{40}\ \#\ v[0-9]+(\.[0-9]+)*$ ]] ||
            fault "$file:$line: write \`uses: OWNER/NAME@COMMIT # vVERSION\`, with all 40 digits of the commit; a tag can be moved"
    done < <(grep -nE '^[[:space:]-]*["'\'']?uses["'\'']?[[:space:]]*:' "$file" || true)
    # None for the workflow, so that a job which names none has none.
    grep -qx 'permissions: {}' "$file" || fault "$file: write \`permissions: {}\` for the workflow, and in each job what it needs"
    jobs=$(sed -n '/^jobs:/,$p' "$file" | grep -cE '^  [A-Za-z0-9_-]+:' || true)
    named=$(grep -cE '^    permissions:' "$file" || true)
    [ "$jobs" = "$named" ] || fault "$file: $jobs jobs, of which $named name their permissions"
done
if command -v go >/dev/null; then
    "$root/scripts/install-tools.sh" actionlint
    "$tools/bin/actionlint" -shellcheck= -pyflakes= "${files[@]}" || bad=1
fi
exit "$bad"
