import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { startScript } from './support/start-script.ts'

// A parent, its child and its grandchild. All hold the parent's output open, so that it closes when the last one ended.
const processes = JSON.stringify(new URL('../processes.mjs', import.meta.url).href)
const forever = 'setInterval(() => {}, 1000)'
const grandchild = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(forever)}], { stdio: 'inherit' })`
const child = (first: string): string => JSON.stringify(`${first}; ${grandchild}; console.log('ready'); ${forever}`)
const parent = (childCode: string, last = ''): readonly string[] => [
  '--input-type=module',
  '-e',
  `import { endOnSignal, run, start } from ${processes}; endOnSignal(7);
   const group = start(process.execPath, ['-e', ${childCode}]); ${last}`,
]

describe('ending', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s to the parent only ends all processes', async (signal) => {
    const script = startScript(parent(child('')))
    await script.says('ready')
    process.kill(script.pid, signal)
    expect(await script.closed).toBe(7)
  })

  test('Ctrl-C, which reaches the whole group and may come twice, ends all processes', async () => {
    const script = startScript(parent(child('')))
    await script.says('ready')
    process.kill(-script.pid, 'SIGINT')
    process.kill(script.pid, 'SIGINT')
    expect(await script.closed).toBe(7)
  })

  test('the end of a shell that started the parent ends all processes', async () => {
    const code = `import { endOnSignal, endWithParent, start } from ${processes}; endOnSignal(7); endWithParent();
      start(process.execPath, ['-e', ${child('')}])`
    const shell = `require('child_process').spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(code)}], { stdio: 'inherit' })`
    const script = startScript(['-e', shell])
    await script.says('ready')
    process.kill(script.pid, 'SIGTERM')
    expect(await script.closed).toBe(null)
  })

  test('a child that ignores SIGTERM is killed', async () => {
    const script = startScript(parent(child("process.on('SIGTERM', () => console.log('no'))")))
    await script.says('ready')
    process.kill(script.pid, 'SIGTERM')
    await script.says('no')
    expect(await script.closed).toBe(7)
  })

  test('a parent that crashes ends its children', async () => {
    const script = startScript(parent(child(''), "setTimeout(() => { throw new Error('crash') }, 500)"))
    await once(script.process, 'exit')
    expect(await script.closed).toBe(1)
    expect(script.output()).toContain('Error: crash')
  })
})

// A grandchild that needs a moment to clean up, and a child that does not wait for it.
const tidy = "console.log('tidy'); process.exit()"
const slow = `process.on('SIGTERM', () => setTimeout(() => { ${tidy} }, 200)); process.send('up'); ${forever}`
const careless = (onceUp: string): string =>
  JSON.stringify(`require('child_process')
    .spawn(process.execPath, ['-e', ${JSON.stringify(slow)}], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    .once('message', () => { ${onceUp} })`)

test('a process whose parent exits at once still has time to clean up', async () => {
  const script = startScript(parent(careless("console.log('ready')")))
  await script.says('ready')
  process.kill(script.pid, 'SIGINT')
  expect(await script.closed).toBe(7)
  expect(script.output()).toContain('tidy')
})

describe('running', () => {
  test('processes that a command leaves running are ended before the next command starts', async () => {
    const last = `console.log('exit', await run(process.execPath, ['-e', ${careless('process.exit(3)')}])); process.exit()`
    const script = startScript(parent(child(''), last))
    expect(await script.closed).toBe(0)
    expect(script.output()).toMatch(/tidy[^]*exit 3/)
  })

  test('a command that cannot be started exits with 127', async () => {
    const script = startScript(parent(child(''), "console.log('exit', await run('/no/such/file', [])); process.exit()"))
    await script.says('exit 127')
    expect(await script.closed).toBe(0)
  })

  test('a command that exceeds its time limit is ended', async () => {
    const late = `console.log('exit', await run(process.execPath, ['-e', '${forever}'], { limitMs: 300 })); process.exit()`
    const script = startScript(parent(child(''), late))
    await script.says('exit SIGTERM')
    expect(await script.closed).toBe(0)
  })
})
