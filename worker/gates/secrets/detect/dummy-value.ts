import { entropyOf } from './entropy.ts'

/** Words that nobody's secret contains by chance, and every second example does. */
const exampleWords =
  /x{4,}|\*{3,}|#{3,}|\.{3}|example|placeholder|change.?me|your.?(?:own|api|secret|token|pass|key|client)|put.?your|insert.?(?:your|here)|redacted|dummy|sample|fake|not.?a.?(?:real|secret)|replace.?(?:me|with)|to.?be.?(?:set|filled)|notarealkey|foobar|lorem|hunter2|todo|^(?:my|the|some|test|random)[-_]?(?:secret|token|password|pass|key)/i
const reference =
  /^[<[].*[>\]]$|\$\{|\$\(|\{\{|\}\}|%\{|<[^>]{1,60}>|^\$[A-Za-z_]|^%\w+%$|^@\w|^\{[A-Za-z_]\w*\}$|^ENC[[(]|^(?:env|vault|secret|op|ref\+\w+|arn|file|ssm|kms|sops)[:.]|process\.env|os\.environ|getenv|^\/run\/secrets/i
/** How the keys begin that Azure's storage and Cosmos emulators and Hardhat's first account have everywhere. */
const sharedByAll = /Eby8vdM02xNOcqFl|C2y6yDjf5\/R\+ob0N|ac0974bec39a17e3/
/** What a controller in a cluster alone can open: https://github.com/bitnami-labs/sealed-secrets */
const sealed = /^A[gQ][A-Za-z0-9+/]{300,2000}={0,2}$/
const letterOrDigit = /[a-z0-9]/i
/** So many characters one after the other of the alphabet or of the digits, and somebody ran a finger along them. */
const longestSequence = 12

/** Why a value is no secret whatever stands around it, in words that can be shown; null: it may be one. */
export function whyDummy(value: string): string | null {
  if (reference.test(value)) return 'a reference to a value, not the value'
  if (exampleWords.test(value)) return 'the word of an example'
  if (sealed.test(value)) return 'sealed for a cluster'
  if (sharedByAll.test(value)) return 'a key of an emulator, which everybody has'
  if (/^(?:\\u[0-9a-f]{4}){2}/i.test(value)) return 'text in another script'
  if (!letterOrDigit.test(value)) return 'no letter and no digit'
  if (Math.max(...sequences(value)) >= longestSequence) return 'a run of the alphabet or of the digits'
  if (repeatedShare(value) > 0.5) return 'one character again and again'
  return null
}

/** Why a token of a known form is none all the same. Providers' forms say most, so that less is asked of the rest. */
export function whyDummyToken(body: string, minEntropy: number): string | null {
  if (minEntropy === 0) return null
  if (/x{6,}|\*{3,}|\.{3}|abc123/i.test(body)) return 'the word of an example'
  if (sharedByAll.test(body)) return 'a key of an emulator, which everybody has'
  if (/example/i.test(body) && body.length < 24) return 'the word of an example'
  return entropyOf(body) < minEntropy ? 'too regular' : null
}

/** Whether most of a text runs along the alphabet or the digits, or stays where it is: made up, though nothing says so. */
export function isTypedByHand(text: string): boolean {
  const runs = [1, -1, 0].flatMap((step) => sequences(text, step)).filter((one) => one >= 3)
  return runs.reduce((sum, one) => sum + one, 0) > text.length * 0.6
}

/** Lengths of the runs of letters or digits that each are so far from the one before, whatever their case; 0 follows 9. */
function sequences(text: string, step = 1): number[] {
  const lower = text.toLowerCase()
  const lengths: number[] = []
  let length = 1
  for (let index = 1; index < lower.length; index += 1) {
    const [before, code] = [lower.charCodeAt(index - 1), lower.charCodeAt(index)]
    const follows =
      (code === before + step && letterOrDigit.test(lower[index] ?? '')) ||
      (step === 1 && before === 0x39 && code === 0x30)
    if (!follows) lengths.push(length)
    length = follows ? length + 1 : 1
  }
  return [...lengths, length]
}

/** How much of a text its commonest character is, from 0 to 1. */
export function repeatedShare(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return Math.max(0, ...counts.values()) / Math.max(1, text.length)
}
