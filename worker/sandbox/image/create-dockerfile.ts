import { dpkgOptions, finishScript } from './image-content.ts'

/** The name under which the build's context holds what is laid over the packages. */
export const overlayName = 'overlay.tar'

/**
 * What makes the same root file system where there is no mmdebstrap. Pure. It names no mirror and no proxy.
 * @param base of Debian, by digest: a tag is whatever its registry says today
 */
export function createDockerfile(base: string, packages: readonly string[]): string {
  const install = [
    `printf '%s\\n' ${dpkgOptions.map((option) => `'${option}'`).join(' ')} >/etc/dpkg/dpkg.cfg.d/airlock`,
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get update',
    'apt-get upgrade -y',
    `apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    'apt-get clean',
    'rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/cache/apt/*.bin',
  ]
  return [
    `FROM ${base}`,
    `RUN ${install.join(' && \\\n    ')}`,
    `ADD ${overlayName} /`,
    `RUN ${JSON.stringify(['/bin/sh', '-c', finishScript, 'airlock-finish', '/'])}`,
    '',
  ].join('\n')
}
