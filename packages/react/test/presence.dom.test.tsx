import { createClient, defineContract, type Room, roomful } from '@roomful/client'
import { createRooms } from '@roomful/server'
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { soon } from '../../client/test/support/test-client.ts'
import { startServer } from '../../client/test/support/test-server.ts'
import { createHooks, useOthers, usePresence, useSelf, useTyping } from '../src/index.ts'

configure({ asyncUtilTimeout: 20_000 }) // the machine may be slow and busy
afterEach(cleanup)

const chat = defineContract({
  room: { message: z.object({ text: z.string() }) },
  user: z.object({ id: z.string() }),
  presence: z.object({ status: z.enum(['online', 'away']) }),
})
type ChatRoom = Room<typeof chat>

test('two people on a real server see each other come, change, type and go', async () => {
  const server = await startServer({
    configure: (io) => {
      createRooms(io, { contract: chat, authenticate: ({ auth }) => ({ id: String(auth['id']) }) })
    },
  })
  const page = (id: string) => {
    const client = createClient({ url: server.url, contract: chat, auth: { id }, rooms: roomful(), reconnect: soon })
    onTestFinished(client.disconnect)
    const { useRoom } = createHooks(client)
    const own: { set?: ReturnType<typeof usePresence<typeof chat>>['set']; keystroke?: () => void; stop?: () => void } =
      {}
    function Here({ room }: { room: ChatRoom }) {
      const { presence, set } = usePresence(room)
      const { typing, keystroke, stop } = useTyping(room)
      const self = useSelf(room, (member) => member?.presence?.status)
      const others = useOthers(room, (members) =>
        [...members.values()].map((member) => `${member.user.id}:${member.presence?.status}`).join(),
      )
      Object.assign(own, { set, keystroke, stop })
      const words = [presence?.status, self, others || 'nobody', typing.map((user) => user.id).join() || 'still']
      return <output aria-label={id}>{words.join(' ')}</output>
    }
    function Page() {
      const { room } = useRoom('general')
      return <Here room={room} />
    }
    return { view: render(<Page />, { wrapper: StrictMode }), own, client }
  }
  const shows = (id: string, text: string) => expect.poll(() => screen.getByLabelText(id).textContent).toBe(text)

  const ann = page('ann')
  const bob = page('bob')
  await shows('ann', '  bob:undefined still')
  await shows('bob', '  ann:undefined still')
  act(() => ann.own.set?.({ status: 'away' }))
  await shows('ann', 'away away bob:undefined still')
  await shows('bob', '  ann:away still')
  act(() => bob.own.keystroke?.())
  await shows('ann', 'away away bob:undefined bob')
  act(() => bob.own.stop?.())
  await shows('ann', 'away away bob:undefined still')
  bob.view.unmount()
  await shows('ann', 'away away nobody still')
})
