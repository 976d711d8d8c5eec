import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

// The import rules between the packages are lint rules. Each test breaks rules and expects the linter to report them.
const root = fileURLToPath(new URL('../..', import.meta.url))

const walls: readonly [file: string, allowed: readonly string[], forbidden: readonly string[]][] = [
  [
    'packages/contract/src/a.ts',
    ['./b.ts', '@standard-schema/spec'],
    ['@roomful/client', '@roomful/react', '@roomful/server', '@roomful/testing', 'node:fs', 'socket.io', 'zustand'],
  ],
  [
    'packages/client/src/rooms/a.ts',
    ['../b.ts', '@roomful/contract', 'zustand/vanilla', './socket.io-client-like.ts'],
    [
      '@roomful/devtools',
      '@roomful/react',
      '@roomful/server',
      '@roomful/server/redis',
      '@roomful/server/sqlite',
      '@roomful/testing/proxy',
      'socket.io-client',
      '../roomful/log.ts',
      '../roomful/outbox/outbox.ts',
      './../roomful/log.ts',
    ],
  ],
  [
    'packages/client/src/a.ts',
    ['./transport/socket-port.ts'],
    [
      'react',
      'node:net',
      'socket.io',
      'socket.io-parser',
      'engine.io-client',
      '@roomful/contract/src/wire.ts',
      './roomful/roomful.ts',
    ],
  ],
  [
    'packages/client/src/exports.ts',
    ['./roomful/roomful.ts', './roomful/storage/persistent-outbox.ts', '@roomful/contract'],
    ['react', 'node:net', 'socket.io-client', '@roomful/server'],
  ],
  [
    'packages/client/src/roomful/outbox/a.ts',
    ['../log.ts', './outbox.ts', '../../rooms/room.ts', '@roomful/contract'],
    ['react', 'node:net', 'socket.io-client', '@roomful/server'],
  ],
  [
    'packages/client/src/transport/a.ts',
    ['engine.io-client', 'socket.io-parser', '@roomful/contract'],
    ['socket.io-client', 'socket.io', '@roomful/server', '@roomful/react', '../roomful/wire-messages.ts'],
  ],
  [
    'packages/client/src/transport/light/a.ts',
    ['../socket-port.ts', '@roomful/contract'],
    ['socket.io-client', 'engine.io-client', 'socket.io-parser', '../socket-io-adapter.ts', '../engine-emits.ts'],
  ],
  [
    'packages/client/src/transport/socket-io-adapter.ts',
    ['socket.io-client', 'engine.io-client', 'socket.io-parser'],
    ['socket.io', '@roomful/server', '@roomful/react', 'node:net', '../roomful/wire-messages.ts'],
  ],
  [
    'packages/react/src/a.ts',
    ['react', '@roomful/client'],
    [
      '@roomful/contract',
      '@roomful/devtools',
      '@roomful/server',
      '@roomful/testing',
      'socket.io-client',
      '../../client/src/index.ts',
    ],
  ],
  [
    'packages/server/src/a.ts',
    ['socket.io', 'node:crypto', '@roomful/contract'],
    ['@roomful/client', '@roomful/react', '@roomful/testing', 'socket.io-client', '@roomful/contract/src/wire.ts'],
  ],
  [
    'packages/testing/src/a.ts',
    ['node:net', 'socket.io', '@roomful/contract'],
    ['@roomful/client', '@roomful/devtools', '@roomful/react', '@roomful/server', 'socket.io-client'],
  ],
  [
    'packages/devtools/src/a.ts',
    ['react', '@roomful/client/tools', '@roomful/contract', '@roomful/testing/faults', '@roomful/testing/trace'],
    ['@roomful/react', '@roomful/server', '@roomful/testing', '@roomful/testing/proxy', 'socket.io-client', 'node:fs'],
  ],
  ['apps/chat/src/a.ts', ['@roomful/client', '@roomful/react', '@roomful-demo/chat-contract'], ['socket.io-client']],
  [
    'packages/client/test/a.ts',
    ['../src/a.ts', '@roomful/server', '@roomful/testing/proxy', 'socket.io-client'],
    ['@roomful/server/src/log.ts', '../../server/src/log.ts', '../../../packages/server/src/log.ts'],
  ],
]

const importsOf = (from: string, index: number): string[] => [
  `import '${from}'`,
  `import type * as all${index} from '${from}'`,
  `export * from '${from}'`,
  `void import('${from}')`,
]

test.each(walls)('%s may import its dependencies only', (file, allowed, forbidden) => {
  const lines = [...allowed, ...forbidden].flatMap(importsOf)
  const reported = lint({ [file]: lines.join('\n') }).filter(({ rule }) => rule === 'no-restricted-imports')
  const first = allowed.flatMap(importsOf).length
  expect(new Set(reported.map(({ line }) => line))).toEqual(new Set(lines.map((_, index) => index + 1).slice(first)))
})

test('no file of the client outside roomful/ imports it, except exports.ts', () => {
  const sources = join(root, 'packages/client/src')
  const roomful = join(sources, 'roomful')
  const importers = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .map((file) => join(sources, file))
    .filter((file) => file.endsWith('.ts') && !file.startsWith(roomful + sep) && file !== join(sources, 'exports.ts'))
    .filter((file) => {
      const names = [...readFileSync(file, 'utf8').matchAll(/(?:from|import)[\s(]*'(\.[^']*)'/g)].map(
        ([, name]) => name ?? '',
      )
      return names.some((name) => join(dirname(file), name).startsWith(roomful + sep))
    })
  expect(importers.map((file) => relative(sources, file))).toEqual([])
})

test("packages' sources have no console and no type by import()", () => {
  const bad = 'export const a = console\nconsole.log(a)\nexport type B = import("./b.ts").B\n'
  expect(lint({ 'packages/server/src/a.ts': bad }).map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(['no-console', 'consistent-type-imports']),
  )
})

test('SEC25 no component sets HTML, and no link has a script', () => {
  const bad = `export const A = ({ text }: { text: string }) => <p dangerouslySetInnerHTML={{ __html: text }} />
export const B = () => <a href="javascript:alert(1)">b</a>
export const C = ({ text }: { text: string }) => <a href="https://example.com">{text}</a>
`
  const reported = lint({ 'apps/chat/src/a.tsx': bad, 'packages/react/src/a.tsx': bad })
  for (const file of ['apps/chat/src/a.tsx', 'packages/react/src/a.tsx'])
    expect(reported).toEqual(
      expect.arrayContaining([
        { rule: 'no-danger', file, line: 1 },
        { rule: 'jsx-no-script-url', file, line: 2 },
      ]),
    )
  expect(reported.filter(({ line }) => line === 3)).toEqual([])
})

test.each(['packages/client/src', 'packages/server/src', 'apps/server/src'])(
  'a file of %s has at most 300 lines',
  (folder) => {
    const lines = (count: number): string => 'export {}\n' + '//\n'.repeat(count - 2) + '//'
    const reported = lint({ [`${folder}/long.ts`]: lines(301), [`${folder}/short.ts`]: lines(300) })
    expect(reported).toMatchObject([{ rule: 'max-lines', file: `${folder}/long.ts` }])
  },
)

test('two files that import each other are a cycle, also by types only', () => {
  const reported = lint({
    'packages/client/src/a.ts': "import type { B } from './b.ts'\nexport type A = B | undefined\n",
    'packages/client/src/b.ts': "import type { A } from './a.ts'\nexport type B = { a: A }\n",
  })
  expect(reported.map(({ rule }) => rule)).toEqual(['no-cycle', 'no-cycle'])
})

interface Broken {
  readonly rule: string | undefined
  readonly file: string
  readonly line: number | undefined
}

/** What the linter reports for these files. Rules that need types are off, since no import resolves there. */
function lint(files: Readonly<Record<string, string>>): Broken[] {
  const directory = mkdtempSync(join(tmpdir(), 'roomful-lint-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as object
  const all = { ...files, '.oxlintrc.json': JSON.stringify({ ...config, options: {} }) }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), text)
  }
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json'], { cwd: directory, encoding: 'utf8' })
  const { diagnostics } = JSON.parse(stdout) as Report
  return diagnostics.map(({ code, filename, labels }) => ({
    rule: /\((.*)\)/.exec(code)?.[1],
    file: filename,
    line: labels[0]?.span.line,
  }))
}

interface Report {
  readonly diagnostics: readonly {
    readonly code: string
    readonly filename: string
    readonly labels: readonly { readonly span: { readonly line: number } }[]
  }[]
}
