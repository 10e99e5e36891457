/**
 * Starts a command in this folder of pipes while a program of the last one still holds their writing ends, and ends in
 * the middle of it. Prints what the command says.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { pipeNames } from '../../../worker/sandbox/process/spare-pipes.ts'
import { startChild } from '../../../worker/sandbox/process/start-child.ts'

const [folder = ''] = process.argv.slice(2)
const late = [pipeNames.stdout, pipeNames.stderr].map((name) => openSync(join(folder, name), constants.O_RDWR))
const plan = { options: [], file: '/dev/null', folder, stdin: 'input', doors: [], user: null }
const starting = startChild({ ...plan, command: ['/bin/cat'] })
for (const descriptor of late) closeSync(descriptor)
const child = await starting
child.stdout.on('data', (chunk: Buffer) => process.stdout.write(chunk))
await finished(child.stdout)
await child.exited
child.close()
