import { type MiseTools, miseRoot } from './mise-tools.ts'

/**
 * Installs the tools into a root file system, which is its first argument and has mise and its configuration already;
 * null: there are none. Pure: a shell script of the host. Names and versions have no sign that means something to it.
 *
 * What mise starts is other people's code with the host's network. So it runs in bubblewrap, without any right, sees of
 * the host only what finding and trusting a registry takes, and can write to the tools' folder alone. Scripts of npm
 * packages are not run.
 */
export function miseScript(tools: MiseTools): string | null {
  const asked = Object.entries(tools).map(([name, version]) => `${name}@${version}`)
  if (asked.length === 0) return null
  return `#!/bin/sh
set -eu
# Where an ordinary user builds, /proc is still that of another namespace.
[ "\${2:-}" = again ] || exec unshare --mount-proc "$0" "$1" again
cd "$1"
said=$(mktemp)
trap 'rm -f "$said"' EXIT
certificates=\${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
npmrc=\${npm_config_userconfig:-\${HOME:-/root}/.npmrc}
mkdir -p ${miseRoot} dev proc
fail() { echo "E: mise: $1" >&2; exit 1; }
within() {
  bwrap --unshare-all --share-net --die-with-parent --new-session --uid 1000 --gid 1000 --cap-drop ALL \\
    --ro-bind . / --dev /dev --proc /proc --tmpfs /tmp --dir /tmp/home --bind ${miseRoot} /${miseRoot} \\
    --ro-bind /etc/resolv.conf /etc/resolv.conf --ro-bind /etc/hosts /etc/hosts \\
    --ro-bind-try "$certificates" /tmp/certificates.crt --ro-bind-try "$npmrc" /tmp/home/.npmrc \\
    --chdir /tmp --setenv HOME /tmp/home --setenv TMPDIR /tmp --setenv PATH /usr/local/bin:/usr/bin:/bin \\
    --setenv SSL_CERT_FILE /tmp/certificates.crt --setenv NODE_EXTRA_CA_CERTS /tmp/certificates.crt \\
    --setenv npm_config_cafile /tmp/certificates.crt --setenv npm_config_userconfig /tmp/home/.npmrc \\
    --unsetenv npm_config_prefix --unsetenv SSL_CERT_DIR --unsetenv DOCKER_HOST --setenv NO_COLOR 1 --setenv CI 1 \\
    --setenv npm_config_cache /tmp/npm --setenv npm_config_ignore_scripts true --setenv npm_config_loglevel error \\
    --setenv MISE_DATA_DIR /${miseRoot} --setenv MISE_NPM_PACKAGE_MANAGER npm --setenv MISE_JOBS 1 --setenv MISE_YES 1 \\
    "$@"
}
echo 'I: tools by mise: ${asked.join(', ')}'
within mise install >"$said" 2>&1 || {
  grep -E '^mise (ERROR|.* failed:)|^[a-z]+:.*: ' "$said" | head -n 5 | sed 's/^mise ERROR /mise: /; s/^/E: /' >&2
  fail 'these tools could not be installed: see which, and whether this machine reaches where they come from'
}
for tool in ${asked.map((tool) => `'${tool}'`).join(' ')}; do
  place=$(within mise where "$tool")
  [ "\${place##*/}" = "\${tool##*@}" ] && [ ! -L ".$place" ] || fail "$tool is no exact version: mise took \${place##*/}"
done
for folder in $(within mise bin-paths); do
  for program in ".$folder"/*; do
    [ -x "$program" ] && [ ! -d "$program" ] || continue
    name=\${program##*/}
    [ ! -e "usr/local/bin/$name" ] && [ ! -L "usr/local/bin/$name" ] || fail "there is a program $name already: leave out the tool, or what has the other one"
    ln -s "../\${folder#/usr/local/}/$name" "usr/local/bin/$name"
  done
done
rm -rf ${miseRoot}/downloads ${miseRoot}/migrations ${miseRoot}/shims
find ${miseRoot} -name .package-lock.json -delete
find ${miseRoot} -type f -perm /6000 -exec chmod ug-s '{}' +
`
}
