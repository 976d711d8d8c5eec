import { type ClientOptions, createClient, defineContract, roomful, typeOnly } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { createMockServer, type MockServer } from '@roomful/testing'
import type { TraceEntry } from '@roomful/testing/trace'
import { onTestFinished } from 'vitest'
import { createInspector, type Inspector, type InspectorOptions } from '../../src/inspector.ts'

export const url = 'https://devtools.example'
export const chat = defineContract({ clientToServer: { late: {} }, room: { message: typeOnly<{ text: string }>() } })

/** A server with rooms, in memory. Connections need a token. */
export async function startServer(): Promise<MockServer> {
  const server = createMockServer({ url })
  const rooms = createRooms(server.io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth['token']) }) })
  onTestFinished(async () => {
    await rooms.close()
    await server.close()
  })
  await server.listen()
  return server
}

export function startClient(options: Partial<ClientOptions> = {}) {
  const client = createClient({
    url,
    contract: chat,
    rooms: roomful(),
    auth: { token: 'ann' },
    reconnect: { minDelayMs: 1, maxDelayMs: 5 },
    ...options,
  })
  onTestFinished(client.close)
  return client
}

export function inspectorOf(client: Parameters<typeof createInspector>[0], options?: InspectorOptions): Inspector {
  const inspector = createInspector(client, options)
  onTestFinished(inspector.close)
  return inspector
}

/** The entries of these types, without their times. */
export function entriesOf(inspector: Inspector, ...types: TraceEntry['type'][]): TraceEntry[] {
  return inspector.entries.map(({ entry }) => entry).filter(({ type }) => types.includes(type))
}
