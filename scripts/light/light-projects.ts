import { playwright } from '@vitest/browser-playwright'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import { flaskCommands } from '../../packages/client/test/support/flask-commands.ts'
import { serverCommands } from '../../packages/react/test/support/server-commands.ts'
import { launchOptions } from '../find-chromium.mjs'
import { integrationTests } from '../test-parts.mjs'

// The tests of the stock transport over `@roomful/client/light`: `@roomful/client` is another module in these projects.
// `npm test` runs the files of GATE, `pnpm test:light` all tests that have a real connection.

const root = `${import.meta.dirname}/../..`
const client = 'packages/client/test'

/** Tests of what the light entry does not have. Single cases that need polling: `overPolling` of support/transports.ts. */
const STOCK_ONLY = [
  `${client}/**/*.polling.node.test.ts`, // requests of polling, and what answers them
  `${client}/connection/{posts,upgrade}.node.test.ts`, // polling and its upgrade
  `${client}/connection/existing-socket*.node.test.ts`, // a socket of socket.io-client
  `${client}/connection/parser.node.test.ts`, // another parser of Socket.IO
  `${client}/{options,connection/socket-options}.node.test.ts`, // options of socket.io-client
  `${client}/events/ended-calls.node.test.ts`, // looks into socket.io-client
]

/** Tests that build, or run the client in other processes, where no module is replaced. */
const ELSEWHERE = [`${client}/{baseline,servers}/**`, `${client}/roomful/{model,chaos}/**`, '**/node_modules/**']

/** The part of `npm test`: connection, events, rooms of both kinds, and the end of everything. */
const GATE = [
  `${client}/connection/{early-packets,garbage,loss,one-socket,sharing,unreachable,who-answers}.node.test.ts`,
  `${client}/events/{emit,queued-values}.node.test.ts`,
  `${client}/rooms/{plain-rooms,recovered,rejoin,volatile-congested}.node.test.ts`,
  'packages/testing/test/mock/roomful.node.test.ts',
  `${client}/roomful/replay.node.test.ts`,
]
const GATE_IN_PAGE = [`${client}/flask/flask.browser.test.ts`, 'packages/testing/test/mock/roomful.browser.test.ts']

/** Tests of `@roomful/testing` with the client. */
const TEST_KIT = ['flask.browser', 'flask.node', 'page.browser', 'page.dom', 'roomful.browser', 'roomful.node'].map(
  (name) => `packages/testing/test/mock/${name}.test.ts`,
)

export interface LightProjectsOptions {
  readonly isWhole: boolean
}

export function lightProjects({ isWhole }: LightProjectsOptions): TestProjectInlineConfiguration[] {
  const entry = `${root}/${client}/light/support/client-entry.ts`
  const shared = {
    extends: true as const,
    resolve: { alias: [{ find: /^@roomful\/client$/, replacement: entry }] },
  }
  const env = { TRANSPORT: 'light', REACT: '19' }
  const setupFiles = [`${root}/scripts/light/web-socket.ts`]
  const withServer = (ending: RegExp): string[] => [
    ...integrationTests(root, ['packages/client', 'packages/react'], ending),
    ...TEST_KIT.filter((file) => ending.test(file)),
  ]
  const exclude = [...STOCK_ONLY, ...ELSEWHERE]
  const node = isWhole ? withServer(/\.node\.test\.ts$/) : GATE
  const pages = isWhole
    ? [
        'packages/{client,react}/test/**/*.browser.test.{ts,tsx}',
        ...TEST_KIT.filter((file) => file.includes('.browser.')),
      ]
    : GATE_IN_PAGE
  return [
    { ...shared, test: { name: 'integration:light', env, environment: 'node', setupFiles, include: node, exclude } },
    ...(isWhole ? [lightDom()] : []),
    {
      ...shared,
      test: {
        name: 'integration:light-chromium',
        include: pages,
        exclude,
        browser: {
          enabled: true,
          headless: true,
          screenshotFailures: false,
          provider: playwright({ launchOptions: launchOptions() }),
          commands: { ...flaskCommands, ...serverCommands },
          instances: [{ browser: 'chromium' }],
        },
      },
    },
  ]

  function lightDom(): TestProjectInlineConfiguration {
    const include = withServer(/\.dom\.test\.tsx?$/)
    return {
      ...shared,
      test: { name: 'integration:light-dom', env, environment: 'jsdom', setupFiles, include, exclude },
    }
  }
}
