import {
  asyncStorageOutbox,
  type Client,
  createClient,
  defineContract,
  persistentOutbox,
  roomful,
  typeOnly,
} from '@roomful/client'
import * as hooks from '@roomful/react'
import { useEffect, useState } from 'react'
import { create } from 'react-test-renderer'

const contract = defineContract({
  clientToServer: { whoami: { ack: typeOnly<{ name: string }>() } },
  room: { message: typeOnly<{ text: string }>() },
  user: typeOnly<{ id: string }>(),
  presence: typeOnly<{ status: string }>(),
})
type ChatClient = Client<typeof contract>
const { RoomfulProvider, useClient } = hooks.createHooks<typeof contract>()

/** Two people in a room, each a component with every hook. Returns what the first one shows. */
export async function runHooks(url: string, transport: 'polling' | 'websocket'): Promise<object> {
  const items = new Map<string, string>()
  const storage = asyncStorageOutbox({
    getItem: async (key) => items.get(key) ?? null,
    setItem: async (key, text) => items.set(key, text),
    removeItem: async (key) => items.delete(key),
  })
  const mount = (user: string) => {
    const client = createClient({
      url,
      contract,
      auth: { name: user },
      socket: { transports: [transport] },
      // Only one client at a time may use an address of the storage.
      rooms: roomful(user === 'ann' ? { outbox: persistentOutbox({ user, storage }) } : {}),
    })
    let shown: Shown | undefined
    const view = create(
      <RoomfulProvider client={client}>
        <Person room={transport} onShow={(next) => void (shown = next)} />
      </RoomfulProvider>,
    )
    return { client, shown: () => shown, unmount: () => view.unmount() }
  }
  const [ann, bob] = [mount('ann'), mount('bob')]
  const [a, b] = [() => ann.shown()?.texts, () => bob.shown()?.texts]
  const does = (person: typeof ann) => person.shown()!.actions

  await until(() => a()?.members === '2' && b()?.members === '2')
  does(ann).setPresence({ status: 'away' })
  await until(() => b()?.others === 'ann: away')
  await does(ann).send({ text: 'hello' })
  await does(bob).send({ text: 'hello, ann' })
  const { name } = await does(ann).ask()
  await until(
    () => a()?.counted === '2' && a()?.buffered === '2' && a()?.answer === name && a()?.outbox === 'asyncStorage: 0',
  )
  await until(() => a()?.timeline === 'hello (confirmed), hello, ann (confirmed)')
  does(bob).keystroke()
  await until(() => a()?.typing === 'bob')
  const texts = a()
  for (const { client, unmount } of [ann, bob]) {
    unmount()
    client.close()
  }
  await until(() => items.size === 0)
  return { ...texts }
}

type Shown = ReturnType<typeof useEveryHook>

function Person({ room, onShow }: { readonly room: string; readonly onShow: (shown: Shown) => void }) {
  const shown = useEveryHook(room)
  useEffect(() => {
    onShow(shown)
  })
  return null
}

function useEveryHook(name: string) {
  const client: ChatClient = useClient()
  const [heard, setHeard] = useState('')
  const socket = hooks.useSocket(client)
  const connection = hooks.useConnection(client, ({ status }) => status)
  const lost = hooks.useLostConnection(client)
  const { room, status, send } = hooks.useRoom(client, name)
  hooks.useEvent(room, 'message', ({ text }, { from }) => setHeard((all) => `${all}${from?.id}: ${text}; `))
  const counted = hooks.useEventReducer(room, 'message', (count) => count + 1, 0)
  const { events } = hooks.useEventBuffer(room, 'message')
  const { entries } = hooks.useTimeline(room, 'message')
  const members = hooks.useMembers(room, ({ size }) => String(size))
  const self = hooks.useSelf(room, (member) => member?.user?.id)
  const others = hooks.useOthers(room, (all) =>
    [...all.values()].map(({ user, presence }) => `${user?.id}: ${presence?.status}`).join(', '),
  )
  const presence = hooks.usePresence(room)
  const { typing, keystroke } = hooks.useTyping(room)
  const outbox = hooks.useOutbox(client)
  hooks.useUnsentGuard(client)
  const whoami = hooks.useEmitWithAck(client, 'whoami')
  return {
    texts: {
      connection: `${socket.status}, ${connection}`,
      lost: String(lost),
      status,
      heard,
      counted: String(counted),
      buffered: String(events.length),
      timeline: entries
        .map((entry) => (entry.kind === 'message' ? `${entry.data?.text} (${entry.state})` : 'gap'))
        .join(', '),
      members,
      self: String(self),
      others,
      presence: JSON.stringify(presence.presence),
      typing: typing.map(({ id }) => id).join(', '),
      outbox: `${outbox.storage}: ${outbox.queued + outbox.sending}`,
      answer: String(whoami.data?.name),
    },
    actions: { send, keystroke, setPresence: presence.set, ask: whoami.emitWithAck },
  }
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 5))
}
