import * as client from '@roomful/client'
import * as contract from '@roomful/contract'
import * as protocol from '@roomful/contract/protocol'
import * as react from '@roomful/react'
import * as server from '@roomful/server'
import * as redis from '@roomful/server/redis'
import * as sqlite from '@roomful/server/sqlite'
import * as testing from '@roomful/testing'
import * as msw from '@roomful/testing/msw'
import * as storage from '@roomful/testing/outbox-storage'
import * as proxy from '@roomful/testing/proxy'
import * as vite from '@roomful/testing/vite'
import * as matchers from '@roomful/testing/vitest'
import { Server } from 'socket.io'

export { client, contract, matchers, msw, protocol, proxy, react, redis, sqlite, storage, testing, vite }

const chat = contract.defineContract({ room: { message: contract.typeOnly<{ text: string }>() } })

// Data is inferred from the contract, and checked.
const room = await client.createClient({ url: 'https://chat.example', contract: chat }).join('general')
const text: string = await new Promise((resolve) => room.on('message', (data) => resolve(data.text)))
await room.emit('message', { text })
// @ts-expect-error -- text is a string
await room.emit('message', { text: 1 })
// @ts-expect-error -- the contract has no such event
await room.emit('other', { text })

// An optional property that is left out is not undefined.
const { error }: client.ConnectionState = client.createClient({ url: '/' }).connection.getState()
// @ts-expect-error -- with exactOptionalPropertyTypes
client.createClient({ url: '/', ackTimeoutMs: undefined })

const rooms = server.createRooms(new Server(), {
  contract: chat,
  authenticate: ({ auth }) => ({ id: String(auth['name']) }),
})
rooms.handle('message', ({ data }) => ({ text: data.text.trim() }))
export const code: string | undefined = error?.code

const { useRoom, useEvent } = react.createHooks<typeof chat>()
export function useLast(name: string, onText: (text: string) => void): string | undefined {
  const { room: joined } = useRoom(name)
  useEvent(joined, 'message', (data) => onText(data.text))
  const { entries } = react.useTimeline(joined, 'message', { initial: 50 })
  const last = entries.at(-1)
  return last?.kind === 'message' ? last.data?.text : undefined
}
