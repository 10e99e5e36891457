import type { HostileCase } from '../hostile-case.ts'

/** A command that tries to leave something alive, and how it comes to its end. */
export interface EndingCase extends HostileCase {
  /** Leaves processes behind that keep `beat` growing, or carry the mark in their arguments. */
  readonly line: string
  /** `itself`: it runs to its end; `cancelled`: by its caller, once it has started. */
  readonly ends: 'itself' | 'cancelled'
}

type Ending = readonly [name: string, attack: string, line: string]

const ending =
  (ends: EndingCase['ends']) =>
  ([name, attack, line]: Ending): EndingCase => ({
    ...{ name, attack, ends, group: 'escape' },
    line: `${mark}; ${line}`,
  })

/** Put together, so that the shell which has this line among its arguments is not found by it. */
const mark = 'left=left; mark=hostile-$left'
/** Perl waits without a program of its own: a dozen shells that do are more than a slow machine carries. */
const deaf = `$SIG{$_} = "IGNORE" for qw(HUP INT TERM QUIT); while (1) { open(my $beat, ">>", "beat"); print $beat "."; close $beat; select undef, undef, undef, 0.02 }`
/** In one program first, because a translated guest takes a second for each that starts. */
const dozen = `use POSIX; for (1 .. 12) { my $pid = fork; defined $pid or die "fork: $!"; next if $pid; POSIX::setsid(); ${deaf} }`
const quiet = '< /dev/null > /dev/null 2>&1'
const daemon = `(setsid perl -e '${deaf}' "$mark" ${quiet} &)`
/** It replaces itself by a child all the time, so that whoever looks for a process finds another. */
const phoenix = `use POSIX; POSIX::setsid(); $0 = "hostile-" . "left"; while (1) { my $pid = fork; if (!defined $pid || $pid) { exit if $pid; next } open(my $beat, ">>", "beat"); print $beat "."; close $beat; select undef, undef, undef, 0.02 }`
const stopped = `(setsid sh -c 'kill -STOP $$; sleep 100' "$mark" ${quiet} &)`

const ofItself: readonly Ending[] = [
  ['left-daemon', 'leave a daemon that hears no signal', daemon],
  ['left-stopped', 'leave a stopped process', `${stopped}; ${daemon}`],
  ['left-phoenix', 'leave a process that replaces itself all the time', `perl -e '${phoenix}' ${quiet} &`],
  ['left-many', 'leave a dozen daemons', `perl -e '${dozen}' "$mark" ${quiet}`],
  ['left-by-killed', 'leave a daemon and be killed', `${daemon}; KILLED=1`],
]

const cancelled: readonly Ending[] = [
  ['cancelled-daemon', 'outlive being cancelled as a daemon', daemon],
  ['cancelled-deaf', 'outlive being cancelled by hearing no signal', `trap "" HUP INT TERM QUIT; ${daemon}`],
  ['cancelled-stopped', 'outlive being cancelled as a stopped process', `${stopped}; ${daemon}`],
]

/** What lives on when a command has ended. */
export const endings: readonly EndingCase[] = [...ofItself.map(ending('itself')), ...cancelled.map(ending('cancelled'))]

export const destroyed: HostileCase = {
  ...{ name: 'destroyed-while-running', attack: 'outlive the sandbox itself', group: 'escape' },
}
