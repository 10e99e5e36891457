import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseAccelerator } from '../../../worker/sandbox/microvm/choose-accelerator.ts'
import type { Program } from '../../../worker/sandbox/process/find-programs.ts'

const booted = 'echo "tsc: Detected 2445.406 MHz processor"; echo "airlock: no root"'
const hasDevice = existsSync('/dev/kvm')
const tries = hasDevice ? ['kvm', 'tcg'] : ['tcg']

describe('how guests are run on this host', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp('/tmp/airlock-accelerator-')
    for (const name of ['kernel', 'initramfs']) await writeFile(join(folder, name), '')
    await writeFile(join(folder, 'tried'), '')
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  /** In place of the confinement and the machine in it, something that does this for a guest. */
  async function choose(kvm: string, tcg: string, release = '6.1.0') {
    const machine = join(folder, 'machine')
    const note = (name: string) => `echo ${name} >> ${folder}/tried`
    const cases = `*"-accel kvm"*) ${note('kvm')}; ${kvm};; *) ${note('tcg')}; ${tcg};;`
    await writeFile(machine, `#!/bin/sh\ncase "$*" in ${cases} esac\n`)
    await chmod(machine, 0o755)
    const version = join(folder, 'version')
    await writeFile(version, '#!/bin/sh\necho QEMU emulator version 7.2.22\n')
    await chmod(version, 0o755)
    const program = (name: Program) => (name === 'bwrap' ? machine : name === 'qemu-system-x86_64' ? version : name)
    const guest = { kernel: join(folder, 'kernel'), initramfs: join(folder, 'initramfs'), release }
    return chooseAccelerator({ program, guest, user: null, folder })
  }

  const tried = async () => (await readFile(join(folder, 'tried'), 'utf8')).trim().split('\n')

  it('is KVM where a guest comes to its end with it', async () => {
    const chosen = await choose(booted, booted)

    expect([chosen.accelerator, chosen.qemu]).toEqual([hasDevice ? 'kvm' : 'tcg', '7.2.22'])
    expect(await tried()).toEqual(tries.slice(0, 1))
  })

  it('is translation where the device is there and a guest hangs with it, and the counter is as the guest measured it', async () => {
    const chosen = await choose('exec sleep 60', booted)

    expect(chosen).toMatchObject({ accelerator: 'tcg', counterKhz: 2_445_406, groups: [] })
    expect(await tried()).toEqual(tries)
  }, 30_000)

  it('is not to be had where no guest comes to its end: that QEMU ends well says nothing', async () => {
    await expect(choose('exit 0', 'exit 0')).rejects.toMatchObject({ name: 'SandboxError', code: 'unavailable' })
    expect(existsSync(join(folder, 'accelerator.json'))).toBe(false)
  })

  it('is tried once, and again for another kernel of the guest or where what is kept cannot be read', async () => {
    await choose('exit 1', booted)
    const kept = await choose('exit 1', 'exit 1')
    const other = await choose('exit 1', booted, '6.2.0')
    await writeFile(join(folder, 'accelerator.json'), '{"accelerator":"kvm"}')
    const damaged = await choose('exit 1', booted, '6.2.0')

    expect([kept.accelerator, other.accelerator, damaged.accelerator]).toEqual(['tcg', 'tcg', 'tcg'])
    expect(await tried()).toEqual([...tries, ...tries, ...tries])
  })
})
