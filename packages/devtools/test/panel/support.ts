import { createClient } from '@roomful/client'
import { createMockServer } from '@roomful/testing'
import axe from 'axe-core'
import { expect, onTestFinished } from 'vitest'
import { type DevtoolsOptions, mountRoomfulDevtools } from '../../src/production.ts'

let count = 0

/** A plain server in the page that answers `join`, `leave` and `echo`, a client of it, and its panel. */
export async function openPanel(options: DevtoolsOptions = { isOpen: true }) {
  const url = `https://panel-${(count += 1)}.example`
  const server = createMockServer({ url })
  server.io.on('connection', (socket) => {
    for (const event of ['join', 'leave'] as const)
      socket.on(event, async ({ room }: { room: string }, answer: () => void) => {
        await socket[event](room)
        answer()
      })
    socket.on('echo', (data, answer) => answer(data))
  })
  await server.listen()
  const client = createClient({ url, reconnect: { minDelayMs: 1, maxDelayMs: 20 } })
  const unmount = mountRoomfulDevtools(client, options)
  onTestFinished(async () => {
    unmount()
    client.close()
    await server.close()
  })
  await client.connect()
  return { server, client, unmount, root: shadowOf() }
}

export function shadowOf(): ShadowRoot {
  const { shadowRoot } = document.querySelector('roomful-devtools') ?? {}
  if (!shadowRoot) throw new Error('no panel in the page')
  return shadowRoot
}

/** The element with this role and accessible name, as `aria-label` or text. */
export function find(root: ShadowRoot, selector: string, name: string): HTMLElement {
  const found = [...root.querySelectorAll<HTMLElement>(selector)].find(
    (each) => (each.getAttribute('aria-label') ?? each.textContent)?.trim() === name,
  )
  if (!found) throw new Error(`no ${selector} named ${name}`)
  return found
}

export function openTab(root: ShadowRoot, name: string): void {
  find(root, '[role=tab]', name).click()
}

/** The texts of the visible rows of the timeline. */
export function rowsOf(root: ShadowRoot): string[] {
  return [...root.querySelectorAll('[role=option]')].map((row) =>
    [...row.children]
      .slice(1)
      .map((cell) => cell.textContent)
      .join(' '),
  )
}

/** Fails with what axe has found in the panel. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run({ include: [['roomful-devtools']] }, { resultTypes: ['violations'] })
  expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([])
}
