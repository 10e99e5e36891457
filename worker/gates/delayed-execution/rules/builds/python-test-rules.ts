import { valueAt } from '../../../change/read-value.ts'
import { valuesOf } from '../../match/values-of.ts'
import { whenChanged } from '../../match/when-changed.ts'
import { whenEntriesChange } from '../../match/when-entries-change.ts'
import { whenLinesAdded } from '../../match/when-lines-added.ts'
import type { Rule } from '../../rule.ts'
import { saysTheSame } from './same-build.ts'
import { testsTheSame } from './tests-the-same.ts'

const loadsCode = {
  when: 'The tool would load it on the next test or lint, in editors when a file is opened.',
  mend: 'Have a person look at it.',
}

/** At the beginning of its line: what is indented waits for whoever calls it. */
const reachesOut =
  /^(?!(?:#|@|def\s|class\s|async\s|import\s|from\s)).{0,300}?\b(?:os\.(?:system|popen|exec\w{1,3}|spawn\w{1,3})|subprocess\.\w{1,20}|urlopen|urlretrieve|(?:requests|httpx)\.(?:get|post|put|request)|socket\.\w{1,20}|exec|eval|__import__)\s{0,3}\(/

/** What tests and linters of Python load by themselves. */
export const pythonTestRules: readonly Rule[] = [
  {
    id: 'python-test-configuration',
    severity: 'hold',
    paths: ['**/{conftest.py,noxfile.py,tox.ini,pytest.ini}'],
    when: 'It would run on `pytest` or `tox`, in CI beside whatever the tests are given.',
    mend: 'Have a person look at it.',
    match: (file, change) => (saysTheSame(file) || testsTheSame(file) ? [] : whenChanged()(file, change)),
  },
  {
    id: 'python-test-configuration',
    severity: 'block',
    paths: ['**/{conftest,noxfile}.py'],
    when: 'It would run as soon as `pytest` or `nox` loads the file, whichever test is asked for.',
    mend: 'Move it into the test or fixture that needs it.',
    match: whenLinesAdded('This line reaches beyond the tests when it is loaded.', ({ text }) => reachesOut.test(text)),
  },
  {
    id: 'python-tool-code',
    severity: 'hold',
    paths: ['**/{mypy.ini,.mypy.ini,setup.cfg,.pylintrc,pylintrc,.flake8,.coveragerc}'],
    ...loadsCode,
    match: whenLinesAdded('This line names code to load.', ({ text }) =>
      /^\s{0,20}(?:\[flake8:local-plugins\]|(?:plugins|load-plugins|init-hook|extension)\s{0,5}=|addopts\s{0,5}=.{0,200}\s-p)/.test(
        text,
      ),
    ),
  },
  {
    id: 'python-tool-code',
    severity: 'hold',
    paths: ['**/pyproject.toml'],
    ...loadsCode,
    match: whenEntriesChange('toml', function* (document) {
      const places = [
        ...['tool.mypy.plugins', 'tool.coverage.run.plugins', 'project.entry-points.pytest11'],
        ...['tool.pylint.main', 'tool.pylint.master', 'tool.pylint.MAIN', 'tool.pylint.MASTER'].flatMap((table) => [
          `${table}.init-hook`,
          `${table}.load-plugins`,
        ]),
      ]
      yield* valuesOf(places)(document)
      const given = String(valueAt(document, 'tool', 'pytest', 'ini_options', 'addopts') ?? '')
      for (const [option] of given.matchAll(/(?:^|[\s,])-p[\s,=]{0,3}[\w.]{1,100}/g))
        yield [`addopts ${option.trim()}`, true]
    }),
  },
]
