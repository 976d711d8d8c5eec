import {
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  type Page,
  test as base,
} from '@playwright/test'
import { chatAddress, sharedServer } from './addresses.ts'
import { expect } from './expect.ts'
import { OwnNodes } from './own-nodes.ts'
import { OwnServer } from './own-server.ts'
import { Person } from './person.ts'

export { expect }

interface Visit {
  /** The server's address. @default the shared server */
  readonly server?: string
  /** Whether the user has agreed to the server before. @default true */
  readonly isTrusted?: boolean
  /** The room in the page's address. */
  readonly room?: string
  readonly context?: BrowserContextOptions
}

interface Fixtures {
  /** Expected messages in the browser's console. Any other error or warning fails the test. */
  readonly expectedInConsole: RegExp | undefined
  /** Opens the chat in its own browser context. */
  readonly visit: (name: string, visit?: Visit) => Promise<Person>
  /** Opens the chat as `visit` does, and signs in. */
  readonly enter: (name: string, visit?: Visit) => Promise<Person>
  /** Opens the chat for Ann and Bob in a new room. @default the shared server */
  readonly meet: (server?: OwnServer) => Promise<{ ann: Person; bob: Person; room: string }>
  readonly ownServer: OwnServer
  /** Three nodes. */
  readonly ownNodes: OwnNodes
  readonly longTimeout: void
}

/** Chromium writes these messages into the console when it cannot reach the server. */
export const OUTAGE = /^Failed to load resource: net::ERR_|^WebSocket connection to .* failed/

/** Limits the report of a page that logs errors endlessly. */
const MAX_PROBLEMS = 20

export const test = base.extend<Fixtures>({
  expectedInConsole: [undefined, { option: true }],

  // Long enough for a slow machine.
  longTimeout: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from a pattern
    async ({}, provide, info) => {
      info.setTimeout(120_000)
      await provide()
    },
    { auto: true },
  ],

  visit: async ({ browser, expectedInConsole }, provide) => {
    const problems: string[] = []
    const contexts: BrowserContext[] = []
    await provide(async (name, { server = sharedServer, isTrusted = true, room, context } = {}) => {
      const opened = await browser.newContext({ ...context, ...(isTrusted && { storageState: trusting(server) }) })
      contexts.push(opened)
      const report = (problem: string) => {
        if (!expectedInConsole?.test(problem) && problems.length < MAX_PROBLEMS) problems.push(`${name}: ${problem}`)
      }
      opened.on('page', (page) => watch(page, report))
      const page = await opened.newPage()
      await page.goto(chatAddress(server, room))
      return new Person(page, name)
    })
    for (const opened of contexts) await opened.close()
    expect(problems, 'errors and warnings in the page').toEqual([])
  },

  enter: async ({ visit }, provide) => {
    await provide(async (name, options) => {
      const person = await visit(name, options)
      await person.enter()
      return person
    })
  },

  meet: async ({ enter }, provide) => {
    await provide(async (ownServer) => {
      const server = ownServer?.url ?? sharedServer
      const ann = await enter('Ann', { server })
      const room = await ann.createRoom()
      const bob = await enter('Bob', { server, room })
      await Promise.all([ann.expectMember('Bob'), bob.expectMember('Ann')])
      return { ann, bob, room }
    })
  },

  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from a pattern
  ownServer: async ({}, provide) => {
    const server = await OwnServer.start()
    await provide(server)
    await server.close()
  },

  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from a pattern
  ownNodes: async ({}, provide) => {
    const nodes = await OwnNodes.start(3)
    await provide(nodes)
    await nodes.close()
  },
})

/** What the page stores when the user has agreed to this server. */
function trusting(server: string): Exclude<BrowserContextOptions['storageState'], string | undefined> {
  const localStorage = [{ name: 'roomful-chat:trusted-servers', value: JSON.stringify([server]) }]
  return { cookies: [], origins: [{ origin: new URL(chatAddress(server)).origin, localStorage }] }
}

function watch(page: Page, report: (problem: string) => void): void {
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error' || message.type() === 'warning') report(message.text())
  })
  page.on('pageerror', (error) => report(`uncaught: ${error.stack || error.message}`))
}
