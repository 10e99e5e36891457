/** One worker of `setup-size`, as the user that this process belongs to. Argument: how many folders setup makes. */
import { measureSize } from './size.ts'

process.stdout.write(JSON.stringify(await measureSize(Number(process.argv[2]))))
