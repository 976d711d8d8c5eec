import { fireEvent, render, screen } from '@testing-library/react'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ComponentType } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { quickStart } from './read-me.ts'

const folder = join(import.meta.dirname, '..')
const files = ['contract.ts', 'server.ts', 'chat.tsx']

test("the README's quick start has exactly this code, in at most 30 lines", () => {
  expect([...quickStart.keys()]).toEqual(files)
  for (const file of files) expect(quickStart.get(file)).toBe(readFileSync(join(folder, file), 'utf8'))
  const lines = [...quickStart.values()].join('').split('\n')
  expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(30)
})

test("the README's quick start runs: a typed message comes back from the server with the user's name", async () => {
  const port = await freePort()
  const copy = copyWithPort(port)
  const server = spawn(process.execPath, ['--import', 'tsx', '--conditions=@roomful/source', join(copy, 'server.ts')], {
    cwd: folder,
    stdio: 'inherit',
  })
  onTestFinished(() => void server.kill('SIGKILL'))

  const { Chat } = (await import(join(copy, 'chat.tsx'))) as { Chat: ComponentType }
  const { unmount } = render(<Chat />)
  onTestFinished(unmount)
  const input = screen.getByRole<HTMLInputElement>('textbox', { name: 'Message' })
  await expect.poll(() => input.disabled).toBe(false)
  input.value = 'Hello, everyone'
  fireEvent.keyDown(input, { key: 'Enter' })
  expect(input.value).toBe('')
  expect(await screen.findByText('Ada: Hello, everyone', {}, { timeout: 10_000 })).toBeTruthy()
})

/** Copies the example, with another port, to a folder in which its imports resolve. Returns the folder. */
function copyWithPort(port: number): string {
  const copy = mkdtempSync(join(folder, 'node_modules', 'copy-'))
  onTestFinished(() => rmSync(copy, { recursive: true }))
  for (const file of files) {
    writeFileSync(join(copy, file), (quickStart.get(file) ?? '').replaceAll('3001', String(port)))
  }
  return copy
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
