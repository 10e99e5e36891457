import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readablePatch } from '../../worker/pipeline/readable-patch.ts'

const binary =
  'diff --git a/a.bin b/a.bin\nindex 0..1 100644\nGIT binary patch\nliteral 3\nKcmZQz\n\nliteral 0\nHcmV?d00001\n\n'
const text = 'diff --git a/b.txt b/b.txt\n--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-old\n+new\n'

describe('a patch for a person', () => {
  it('has the texts of a change, and says of binary files that they are not shown', () => {
    const shown = readablePatch(Buffer.from(binary + text + binary))

    expect(shown).toContain(text)
    expect(shown.match(/Binary, not shown/g)).toHaveLength(2)
    expect(shown).not.toContain('KcmZQz')
  })

  it.each(['\r', '\u2028', '\u0085', '\v'])(
    'hides nothing behind a line of a file that looks like a binary part after %j',
    (end) => {
      const faked = `${text}+x${end}GIT binary patch${end}literal 3${end}\n+evil()\n`

      expect(readablePatch(Buffer.from(faked))).toContain('+evil()')
    },
  )

  it('is bounded, says how much is missing, and has all of it where nothing is binary', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (content, max) => {
        const patch = Buffer.from(content)
        const whole = readablePatch(patch)
        expect(whole).toBe(patch.toString('utf8'))
        const cut = readablePatch(patch, max)
        expect(cut).toBe(
          whole.length <= max ? whole : `${whole.slice(0, max)}\n… and ${whole.length - max} more characters\n`,
        )
      }),
    )
  })
})
