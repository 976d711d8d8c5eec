import { defineContract, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer } from '@roomful/testing'
import { parseTrace } from '@roomful/testing/trace'
import { render } from '@testing-library/react'
import { afterAll, afterEach, expect, test } from 'vitest'
import { App } from './devtools/app.tsx'
import { client } from './devtools/client.ts'
import { openDevtools } from './devtools/on-demand.ts'
import { breakIt, traceForBugReport } from './devtools/report-bug.ts'

const server = createMockServer({ url: 'https://chat.example' })
const rooms = createRooms(server.io, { contract: defineContract({ room: { message: typeOnly<unknown>() } }) })
await server.listen()
afterEach(() => document.querySelectorAll('roomful-devtools').forEach((element) => element.remove()))
afterAll(async () => {
  client.close()
  await rooms.close()
  await server.close()
})

test('client.ts, on-demand.ts: the panel is in the page', async () => {
  const panels = () => document.querySelectorAll('roomful-devtools').length
  expect(panels()).toBe(1)
  await openDevtools()
  expect(panels()).toBe(2)
})

test('app.tsx: the panel is beside the app', async () => {
  const { findByText, unmount } = render(<App />)
  await findByText('general: joined')
  expect(document.querySelector('roomful-devtools')?.shadowRoot?.textContent).toContain('Timeline')
  unmount()
})

test('report-bug.ts: faults, and a trace without the data of messages', async () => {
  const room = await client.join('general')
  breakIt.cut()
  await expect.poll(() => client.status).toBe('reconnecting')
  await expect.poll(() => room.status).toBe('joined')
  breakIt.loseNextMessage()
  breakIt.slow()
  breakIt.heal()
  await room.emit('message', { text: 'a private text' })
  const text = traceForBugReport()
  expect(text).not.toContain('a private text')
  expect(parseTrace(text).entries.map(({ type }) => type)).toContain('fault')
})
