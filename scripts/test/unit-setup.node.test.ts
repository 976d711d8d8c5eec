import { expect, test } from 'vitest'

// The name of the module is computed: with a plain import this file would be an integration test.
const load = <Module>(name: string): Promise<Module> => import(/* @vite-ignore */ `node:${name}`) as Promise<Module>

test('a unit test cannot listen on a port', async () => {
  const { createServer } = await load<typeof import('node:net')>('net')
  expect(() => createServer().listen(0)).toThrow('A unit test must not listen on a port')
  const http = await load<typeof import('node:http')>('http')
  expect(() => http.createServer().listen(0)).toThrow('A unit test must not listen on a port')
})

test.each(['spawn', 'execFile', 'fork', 'spawnSync', 'execFileSync'] as const)(
  'a unit test cannot start a process by %s',
  async (method) => {
    const childProcess = await load<typeof import('node:child_process')>('child_process')
    expect(() => childProcess[method](process.execPath, ['--version'])).toThrow('A unit test must not start a process')
  },
)
