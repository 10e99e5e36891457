/** What every image gets beside its packages. All of it is part of a recipe's digest. */

/** The newest time that a file of an image may have, in seconds: 2026-01-01. What is newer becomes this. */
export const sourceDateEpoch = 1_767_225_600

/** The releases of Debian that an image can be of; the first is that of one that names none. */
export const suites = ['bookworm', 'trixie'] as const
export type Suite = (typeof suites)[number]
export const defaultSuite: Suite = 'bookworm'

/** Manuals and translations are left out; copyright files stay, because the licenses ask for it. */
export const dpkgOptions = [
  // Its folders stay: what registers a program's page in one, as each Java does, ends the build where there is none.
  'path-exclude=/usr/share/man/*/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
] as const

/** Files that are the same in every image. No resolver: any that answers would be a channel to the outside. */
export const fixedFiles: Readonly<Record<string, string>> = {
  'etc/hosts': '127.0.0.1 localhost airlock\n::1 localhost\n',
  'etc/hostname': 'airlock\n',
  'etc/resolv.conf': '',
}

/** Places where engines mount something: a read-only root has no room for new ones. */
export const mountPoints = ['home/airlock', 'workspace', 'opt/airlock'] as const

/**
 * The last thing that runs in a new root file system, which is its first argument: our user, no trace of where the
 * packages came from, nothing that changes from build to build, and no set-uid program, which on the host's disk
 * would be one for everybody on the host.
 */
export const finishScript = `
set -eu
cd "$1"
echo 'airlock:x:1000:1000:airlock:/home/airlock:/bin/bash' >>etc/passwd
echo 'airlock:x:1000:' >>etc/group
rm -rf etc/apt/sources.list etc/apt/sources.list.d/* etc/apt/apt.conf.d/99mmdebstrap etc/apt/auth.conf etc/apt/auth.conf.d/*
rm -rf var/cache/debconf/*-old var/lib/dpkg/*-old etc/passwd- etc/group- etc/shadow- etc/gshadow-
rm -rf var/lib/apt/lists var/cache/apt
mkdir -p -m 755 var/lib/apt/lists var/cache/apt/archives
mkdir -m 700 var/lib/apt/lists/partial var/cache/apt/archives/partial
find var/log -type f -delete
rm -rf var/tmp run/*
ln -s /tmp var/tmp
mkdir -p run/lock run/airlock
find . -xdev -type f -perm /6000 -exec chmod ug-s '{}' +
`
