import { isDocumentation, isProse, isTranslation } from '../../../change/classify-path.ts'
import type { FileSide } from '../../../change/view-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'

const beyondAscii = /[^\0-\x7f]/
/** Embeddings, overrides and isolates. Plain right-to-left letters and marks reorder nothing beyond themselves. */
const bidiControl = /[\u202a-\u202e\u2066-\u2069]/
/** Overrides show letters in an order that no language has. */
const bidiOverride = /[\u202d\u202e]/
const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u
const tag = /[\u{e0000}-\u{e007f}]/u
/** The flags of England, Scotland and Wales are spelled with tags; no other sequence is in use. */
const tagFlag =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu
/**
 * Selectors choose how the character before them looks, one for each: emoji and text style, variants of Chinese
 * characters and of some symbols. In a row, or after a letter, they only carry bytes that nobody sees; the two for
 * emoji are doubled by accident.
 */
const selectorPayload =
  /[\ufe00-\ufe0d\u{e0100}-\u{e01ef}][\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|[\ufe0e\ufe0f][\ufe00-\ufe0d\u{e0100}-\u{e01ef}]|[\ufe0e\ufe0f]{4}|(?<!\p{Script=Han})[\u{e0100}-\u{e01ef}]|[\0-\x2f\x3a-\x7f][\ufe00-\ufe0d]|[A-Za-z]\ufe0e/u
/** Joiners stand alone between letters or emoji; a run of unseen characters is a message. */
const unseenRun = /[\u00ad\u180e\u200b-\u200d\u2060-\u2064\ufeff]{4}/
/** Blank Hangul letters are letters to a compiler: an identifier that nobody sees. */
const blankLetter = /(?<![\u1100-\u11ff\u3131-\u318e\uac00-\ud7ff])[\u115f\u1160\u3164\uffa0]/
/** Between letters of names; text in many languages has joiners between its own. */
const unseenInName = /[A-Za-z_$][\u200b-\u200d\u2060\ufeff][A-Za-z_$]/
const cyrillic = /\p{Script=Cyrillic}/u
const otherThanCyrillic = /[\p{Script=Greek}\p{Script=Armenian}]/u
const word = /[\p{L}\p{N}_$]+/gu
const latinLetter = /[A-Za-z]/
/** Cyrillic, Greek and Armenian letters that look like Latin ones. */
const lookAlike =
  /^[A-Za-z0-9_$\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u04cf\u0432\u043a\u043c\u043d\u0442\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405\u04ae\u03bd\u03bf\u03c1\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u0570\u0578\u057d\u0585\u0581\u0566]+$/u

const hidden = 'People would review another text than the one that compilers, shells and agents read.'

export const unicodeRules: readonly Rule[] = [
  {
    id: 'bidi-control',
    severity: 'block',
    when: hidden,
    mend: 'Take the characters out; right-to-left text does not need them.',
    ...inLines(
      'This line holds characters that reorder the text around them.',
      (text, path) =>
        bidiOverride.test(text) ||
        // People who write from right to left embed and isolate in what they write.
        (bidiControl.test(text) && !((isTranslation(path) || isProse(path)) && rightToLeft.test(text))),
    ),
  },
  {
    id: 'tag-characters',
    severity: 'block',
    when: hidden,
    mend: 'Take the characters out.',
    ...inLines(
      'This line holds invisible tag characters.',
      (text) => tag.test(text) && tag.test(text.replace(tagFlag, '')),
    ),
  },
  {
    id: 'variation-selectors',
    severity: 'block',
    when: hidden,
    mend: 'Take the characters out; an emoji needs one at most.',
    ...inLines('This line holds variation selectors that select nothing.', (text) => selectorPayload.test(text)),
  },
  {
    id: 'unseen-characters',
    severity: 'block',
    when: hidden,
    mend: 'Take the characters out.',
    ...inLines(
      'This line holds a run of characters that cannot be seen.',
      (text) => unseenRun.test(text) || blankLetter.test(text),
    ),
  },
  {
    id: 'unseen-characters',
    severity: 'hold',
    when: hidden,
    mend: 'Take the character out.',
    ...inLines(
      'A name on this line holds a character that cannot be seen.',
      (text, path) => !isTranslation(path) && !isDocumentation(path) && unseenInName.test(text),
    ),
  },
  {
    id: 'mixed-script-name',
    severity: 'hold',
    when: 'It looks like another name, and a reviewer would take the two for one.',
    mend: 'Write the word in one script.',
    ...inLines(
      'A word on this line mixes Latin letters with look-alikes of another script.',
      (text, path) => isCode(text, path) && hasMixedWord(text) && !hasCyrillicWord(text),
    ),
  },
  {
    id: 'mixed-script-name',
    severity: 'block',
    when: 'It looks like another name, and a reviewer would take the two for one.',
    mend: 'Write the word in one script.',
    // Letters of Greek name what they stand for: a mean, a difference, an angle.
    ...inLines(
      'A word on this line mixes Latin letters with Cyrillic ones that look the same.',
      (text, path) => isCode(text, path) && hasCyrillicWord(text),
    ),
  },
]

function inLines(
  what: string,
  bad: (text: string, path: string) => boolean,
): Pick<Rule, 'paths' | 'alsoInFixtures' | 'match'> {
  const match = whenLinesAdded(what, ({ text }, { path }) => beyondAscii.test(text) && bad(text, path))
  return {
    ...{ paths: ['**'], alsoInFixtures: true },
    match: (file, change) => (isAscii(file.after) ? [] : match(file, change)),
  }
}

/** Every character beyond ASCII takes more bytes than a string has units for it; a byte that is no UTF-8 hides nothing. */
function isAscii(side: FileSide | null): boolean {
  return side === null || side.text === null || side.text.length === side.content.length
}

/** Text that people read, or that another character set has made, mixes scripts by accident. */
function isCode(text: string, path: string): boolean {
  return !isTranslation(path) && !isProse(path) && !text.includes('\ufffd')
}

/** Letters of Cyrillic and Latin, and of no third script. */
function hasCyrillicWord(text: string): boolean {
  return mixedWords(text).some((one) => cyrillic.test(one) && !otherThanCyrillic.test(one))
}

function hasMixedWord(text: string): boolean {
  return mixedWords(text).length > 0
}

function mixedWords(text: string): string[] {
  const tokens = [...text.matchAll(word)].map(([token]) => token)
  return tokens.filter((token) => beyondAscii.test(token) && latinLetter.test(token) && lookAlike.test(token))
}
