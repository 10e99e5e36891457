import { gzipSync } from 'node:zlib'
import { digest, tar } from '../archives.ts'
import { greeting, type Trial } from '../trial.ts'

const host = 'crates.acme.example'

export async function cargoTrial(): Promise<Trial> {
  const crate = gzipSync(
    await tar({
      'acme-tools-1.0.0/Cargo.toml': '[package]\nname = "acme-tools"\nversion = "1.0.0"\nedition = "2021"\n',
      'acme-tools-1.0.0/src/lib.rs': `pub const HELLO: &str = "${greeting}";\n`,
    }),
  )
  const cksum = digest('sha256', crate)
  const entry = { name: 'acme-tools', vers: '1.0.0', deps: [], cksum, features: {}, yanked: false }
  const answers: Readonly<Record<string, string | Buffer>> = {
    '/config.json': JSON.stringify({ dl: `https://${host}/dl` }),
    '/ac/me/acme-tools': JSON.stringify(entry),
    '/dl/acme-tools/1.0.0/download': crate,
  }
  return {
    program: 'cargo',
    version: 'cargo --version',
    host,
    presets: ['crates'],
    files: {
      'Cargo.toml':
        '[package]\nname = "x"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nacme-tools = "1.0.0"\n',
      'Cargo.lock': lock(cksum),
      'src/main.rs': 'fn main() {\n    println!("{}", acme_tools::HELLO);\n}\n',
      '.cargo/config.toml': `[source.crates-io]\nreplace-with = "acme"\n\n[source.acme]\nregistry = "sparse+https://${host}/"\n`,
    },
    answer: (path) => answers[path] ?? null,
    use: 'CARGO_TARGET_DIR=/tmp/target cargo run --quiet --locked --offline',
  }
}

function lock(checksum: string): string {
  return `version = 3

[[package]]
name = "acme-tools"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "${checksum}"

[[package]]
name = "x"
version = "1.0.0"
dependencies = ["acme-tools"]
`
}
