import type { Command } from '../command.ts'
import { audit } from './audit.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { register } from './register.ts'
import { run } from './run.ts'
import { serve } from './serve.ts'
import { up } from './up.ts'
import { work } from './work.ts'

export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries({ register, up, serve, work, run, demo, doctor, audit }),
)
