import { digest, zip } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'packagist.acme.example'
const path = '/files/acme-tools-1.0.0.zip'
const autoload = { files: ['hello.php'] }
const archive = zip({
  'composer.json': JSON.stringify({ name: 'acme/tools', autoload }),
  'hello.php': `<?php\nconst ACME_HELLO = '${greeting}';\n`,
})
const entry = {
  name: 'acme/tools',
  version: '1.0.0',
  dist: { type: 'zip', url: `https://${host}${path}`, reference: '', shasum: digest('sha1', archive) },
  type: 'library',
  autoload,
}
const project = {
  repositories: [{ type: 'composer', url: `https://${host}` }, { 'packagist.org': false }],
  require: { 'acme/tools': '1.0.0' },
}

export const composerTrial: Trial = {
  program: 'composer',
  version: 'composer --version',
  host,
  presets: ['packagist', 'github'],
  files: {
    'composer.json': JSON.stringify(project),
    'composer.lock': JSON.stringify({
      'content-hash': digest('md5', JSON.stringify(project).replaceAll('/', '\\/')),
      packages: [entry],
      'packages-dev': [],
      'minimum-stability': 'stable',
      'stability-flags': {},
      'prefer-stable': false,
      'prefer-lowest': false,
      platform: {},
      'platform-dev': {},
    }),
  },
  answer: (asked) => (asked === path ? archive : null),
  use: `php -r 'require "vendor/autoload.php"; echo ACME_HELLO, PHP_EOL;'`,
}
