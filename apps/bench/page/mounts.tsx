import { type Client, createClient, type Room, roomful } from '@roomful/client'
import * as react from '@roomful/react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

const client: Client = createClient({ url: 'http://127.0.0.1:9', rooms: roomful(), autoConnect: false })
const room: Room = client.room('general')
const hooks = react.createHooks(client)

const uses: Readonly<Record<string, () => unknown>> = {
  useClient: () => hooks.useClient(),
  useSocket: () => hooks.useSocket(),
  useConnection: () => hooks.useConnection(({ status }) => status),
  useRoom: () => hooks.useRoom('general'),
  useEvent: () => hooks.useEvent(room, 'message', () => {}),
  useEventReducer: () => react.useEventReducer(client, 'message', (n: number) => n + 1, 0),
  useEventBuffer: () => react.useEventBuffer(client, 'message'),
  useMembers: () => react.useMembers(room, ({ size }) => size),
  useSelf: () => react.useSelf(room),
  useOthers: () => react.useOthers(room),
  usePresence: () => react.usePresence(room),
  useTyping: () => react.useTyping(room),
  useTimeline: () => react.useTimeline(room, 'message'),
  useOutbox: () => react.useOutbox(client),
  useUnsentGuard: () => react.useUnsentGuard(client),
  useLostConnection: () => react.useLostConnection(client),
  useEmitWithAck: () => react.useEmitWithAck(client, 'whoami'),
}

export function hooksToMount(): string[] {
  return Object.keys(uses)
}

const BATCH_SIZE = 1_000

/** Mounts and unmounts `count` components that use the hook. */
export async function mounts(hook: string, count: number): Promise<void> {
  const use = uses[hook] as () => unknown
  const Mounted = () => {
    use()
    return null
  }
  const root = createRoot(document.createElement('div'))
  for (let mounted = 0; mounted < count; mounted += BATCH_SIZE) {
    flushSync(() => root.render(Array.from({ length: BATCH_SIZE }, (_, key) => <Mounted key={key} />)))
    flushSync(() => root.render(null))
    // Effects and their clean-ups have run; lets the page run other tasks.
    await new Promise((resolve) => setTimeout(resolve))
  }
  root.unmount()
  await new Promise((resolve) => setTimeout(resolve, 500)) // a room is left a moment after its last release
}
