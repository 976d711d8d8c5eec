import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe } from 'vitest'
import { type ProcessServer, startProcess } from '../support/start-process.ts'
import { roomfulClient } from './package-under-test.ts'
import { roomfulSuite } from './roomful-suite.ts'
import { serverSuite } from './server-suite.ts'

const installed = fileURLToPath(new URL('../../../../.cache/servers/', import.meta.url))

interface Traits {
  readonly hasRoomful?: boolean
  readonly acksWithoutValue?: boolean
}
const withRoomful = { hasRoomful: true }

describe.each([
  ['Node http', 'http', {}],
  ['Express', 'express', withRoomful],
  ['Fastify', 'fastify', withRoomful],
  // A gateway acknowledges only what its handler returns.
  ['NestJS gateway', 'nest', { ...withRoomful, acksWithoutValue: false }],
])('%s', (name, folder, { hasRoomful = false, acksWithoutValue = true }: Traits) => {
  let server: ProcessServer
  beforeAll(async () => {
    const script = ['server.mjs', 'server.js'].find((file) => existsSync(`${installed}${folder}/${file}`)) ?? ''
    server = await startProcess({ command: process.execPath, args: [`${installed}${folder}/${script}`], name })
  })
  afterAll(() => server.stop())

  const options = { client: () => roomfulClient, server: () => server }
  serverSuite({ ...options, acksWithoutValue })
  if (hasRoomful) roomfulSuite(options)
})
