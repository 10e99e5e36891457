import { describe, expect, it } from 'vitest'
import { readLicenses } from '../../../../worker/gates/licenses/carried/read-licenses.ts'

const inBlock = (text: string) =>
  `/*\n${text
    .split('\n')
    .map((line) => ` * ${line}`)
    .join('\n')}\n */\nexport const a = 1\n`
const behindHash = (text: string) =>
  `#!/usr/bin/env python\n${text
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n')}\n\nimport os\n`
const inMarkup = (text: string) => `<!--\n${text}\n-->\n<p>Hello</p>\n`

async function saidBy(source: string): Promise<string[]> {
  const found = await readLicenses(source.split('\n'), 'code')
  return found.map(({ how, expression, sure }) => `${how} ${expression}${sure ? '' : '?'}`)
}

const gpl = (work: string, license: string, version: string) =>
  `This ${work} is free software; you can redistribute it and/or modify it under\nthe terms of the GNU ${license} as published by the\nFree Software Foundation; ${version}.\n\nThis ${work} is distributed in the hope that it will be useful, but WITHOUT ANY\nWARRANTY.  See the GNU ${license} for more details.`
const notices: readonly (readonly [expected: string, notice: string])[] = [
  [
    'header Apache-2.0',
    'Copyright 2021 Someone\n\nLicensed under the Apache License, Version 2.0 (the "License");\nyou may not use this file except in compliance with the License.\nYou may obtain a copy of the License at\n\n    http://www.apache.org/licenses/LICENSE-2.0',
  ],
  [
    'header Apache-2.0',
    'Licensed to the Apache Software Foundation (ASF) under one or more\ncontributor license agreements. The ASF licenses this file to You under the\nApache License, Version 2.0 (the "License").',
  ],
  [
    'header Apache-2.0 WITH LLVM-exception',
    'Part of the LLVM Project, under the Apache License v2.0 with LLVM Exceptions.\nSee https://llvm.org/LICENSE.txt for license information.',
  ],
  [
    'header GPL-2.0-or-later',
    gpl('program', 'General Public License', 'either version 2 of the License, or\n(at your option) any later version'),
  ],
  ['header GPL-2.0-only', gpl('program', 'General Public License', 'version 2 of the License')],
  [
    'header GPL-3.0-or-later',
    gpl('package', 'General Public License', 'either version 3, or (at your option)\nany later version'),
  ],
  [
    'header LGPL-2.1-or-later',
    gpl(
      'library',
      'Lesser General Public License',
      'either version 2.1 of the License, or\n(at your option) any later version',
    ),
  ],
  [
    'header LGPL-2.0-or-later',
    gpl(
      'library',
      'Library General Public License',
      'either version 2 of the License, or\n(at your option) any later version',
    ),
  ],
  ['header AGPL-3.0-only', gpl('program', 'Affero General Public License', 'version 3 of the License')],
  ['header GPL-2.0-only', 'This code is licensed under the GPLv2.'],
  ['header GPL-2.0-or-later', 'License: GPLv2+'],
  ['header GPL-2.0-or-later', 'Released under the terms of the GNU GPL v2 or later.'],
  [
    'header GPL-2.0-only',
    'This program is free software; you can redistribute it and/or modify it under\nthe terms of version 2 of the GNU General Public License.',
  ],
  [
    'header GPL-2.0-only WITH Classpath-exception-2.0',
    'This code is free software; you can redistribute it and/or modify it under the\nterms of the GNU General Public License version 2 only. The owner designates this\nfile as subject to the "Classpath" exception.',
  ],
  [
    'header MPL-2.0',
    'This Source Code Form is subject to the terms of the Mozilla Public\nLicense, v. 2.0. If a copy of the MPL was not distributed with this\nfile, You can obtain one at http://mozilla.org/MPL/2.0/.',
  ],
  [
    'header EPL-2.0',
    'This program and the accompanying materials are made available under the terms\nof the Eclipse Public License 2.0 which is available at\nhttps://www.eclipse.org/legal/epl-2.0/',
  ],
  [
    'header BSL-1.0',
    'Distributed under the Boost Software License, Version 1.0.\n(See accompanying file LICENSE_1_0.txt)',
  ],
  [
    'header BSD-3-Clause?',
    'Copyright 2014 The Someones. All rights reserved.\nUse of this source code is governed by a BSD-style\nlicense that can be found in the LICENSE file.',
  ],
  [
    'header MIT',
    'Copyright (c) Someone, Inc.\n\nThis source code is licensed under the MIT license found in the\nLICENSE file in the root directory of this source tree.',
  ],
  ['header MIT', '@license MIT'],
  ['header MIT', 'some-thing v1.2.3 | (c) Someone | MIT License'],
  ['header BSD-3-Clause', 'This header is licensed under the 3-clause BSD license.'],
  [
    'header MIT OR Apache-2.0',
    'Licensed under either of the MIT license or the Apache License, Version 2.0, at your option.',
  ],
  ['header MIT OR GPL-2.0-only', 'Dual licensed under the MIT and GPLv2 licenses.'],
  ['header CC0-1.0', 'This work is released under CC0 1.0 Universal.'],
  ['header Unlicense', 'This file is released under the Unlicense.'],
  [
    'header Artistic-1.0-Perl OR GPL-1.0-or-later',
    'This library is free software; you can redistribute it and/or modify it under\nthe same terms as Perl itself.',
  ],
  ['tag MIT', 'SPDX-License-Identifier: MIT'],
  ['tag GPL-2.0-only WITH Linux-syscall-note', 'SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note'],
  ['bad-tag MIT License', 'SPDX-License-Identifier: MIT License'],
  [
    'proprietary LicenseRef-proprietary',
    'Copyright (C) 2020 Someone Ltd. All Rights Reserved.\nUnauthorized copying of this file, via any medium, is strictly prohibited.\nProprietary and confidential.',
  ],
]

describe('what a header says', () => {
  describe.each([
    ['a block comment', inBlock],
    ['a comment of hashes', behindHash],
    ['markup', inMarkup],
  ])('in %s', (_what, write) => {
    it.each(notices)('%s', async (expected, notice) => {
      expect(await saidBy(write(notice))).toEqual([expected])
    })
  })

  it('reads what a minifier kept in the middle of a line', async () => {
    const bundle = `${'a=1;'.repeat(60)}/*! thing v3 | MIT License | example.com */var b=2;`

    expect(await saidBy(bundle)).toEqual(['header MIT'])
  })

  it.each([
    ['a mention in a comment', '// We strip the MIT license header before the bundle is written.'],
    ['a rule about others', '// Packages that are not licensed under the GPL are passed over.'],
    ['a condition', '/* If the dependency is licensed under GPL-3.0, this must fail. */'],
    ['a pointer to a file', '// See LICENSE for license information.'],
    ['rights alone', '// Copyright 2020 Someone. All rights reserved.'],
    ['a value', "const license = 'Licensed under the Apache License, Version 2.0'"],
    ['a tag in a string', 'const tag = "SPDX-License-Identifier: MIT"'],
    ['a tag in a pattern', 'const tag = /SPDX-License-Identifier: (.+)/'],
    ['a tag with a gap', '// SPDX-License-Identifier: <expression>'],
    ['a quotation', '/** Reads `License: MIT` and `this file is MIT licensed`. */'],
    ['a field of a manifest', '{\n  "license": "GPL-3.0-only"\n}'],
    ['a list', 'allow: [MIT, Apache-2.0]\ndeny:\n  - GPL-3.0-only'],
    ['a confidence', '// The token is confidential: never log it.'],
    ['fair use', '// This may be used under fair conditions.'],
    [
      'a text in a string',
      'const text = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"',
    ],
    ['a driver', '# Distributed under load, the queue grows.'],
  ])('says nothing of %s', async (_what, source) => {
    expect(await saidBy(`${source}\n`)).toEqual([])
    expect(await saidBy(`${'const a = 1\n'.repeat(9)}${source}\n`)).toEqual([])
  })
})
