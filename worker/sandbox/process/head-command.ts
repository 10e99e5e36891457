import { doorNumbers, handedOver } from './bubblewrap-arguments.ts'

export interface HeadPlan {
  readonly programs: { readonly sh: string; readonly bash: string }
  /** Open files of the worker that nobody on the way needs. */
  readonly inherited: readonly number[]
  /** How many of the open files lead into control groups. */
  readonly doors: number
  /** Which of them everything from here on enters; null: none. */
  readonly entered: number | null
  /** Keeps everything from here on to one processor, the one that the kernel has just chosen for it; null: nothing does. */
  readonly taskset: string | null
}

/**
 * $1 files to close, $2 a door or '', $3 what pins or ''. The processor is the 39th field of the line, and the 37th
 * after the program's name, which may hold anything. Builtins alone: whatever is started here takes a millisecond.
 */
const script = `here() { shift 36; processor=$1; }
for number in $1; do eval "exec $number>&-"; done
if [ -n "$2" ]; then echo 0 >&"$2" || exit 125; eval "exec $2>&-"; fi
pin=$3
shift 3
[ -n "$pin" ] || exec "$@"
read -r stat </proc/self/stat && here \${stat##*) } && exec "$pin" -c "$processor" "$@"`

/**
 * What stands first in the chain: closes what the worker inherited, enters a control group, stays where it is. Pure.
 * Empty where there is nothing to do. bash only to close numbers of two digits, which dash cannot; it starts slower.
 */
export function headCommand({ programs, inherited, doors, entered, taskset }: HeadPlan): readonly string[] {
  const open = inherited.filter((number) => number > handedOver.block && !doorNumbers(doors).includes(number))
  if (open.length === 0 && entered === null && taskset === null) return []
  return [
    ...[open.length === 0 ? programs.sh : programs.bash, '-c', script, 'airlock-head', open.join(' ')],
    ...[String(entered ?? ''), taskset ?? ''],
  ]
}
